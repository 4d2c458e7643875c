import { beginningOf } from '../../beginning.ts'
import type { Check, Finding, Layer, Place, Run } from '../place.ts'
import {
  isAttributeAllowed,
  isElementAllowed,
  isImageAllowed,
  isLinkAllowed,
  isStyleHarmless,
  isStyleWhole,
} from './allowed.ts'
import { scanXml, XmlFault, type XmlListener } from './xml-scan.ts'

const XHTML = 'http://www.w3.org/1999/xhtml'

/** Faults of one narrative that are told. */
const MOST_FAULTS = 10

/** Characters of a value that are shown. */
const SHOWN = 40

/** What is wrong with a narrative, gathered on the way through it; each kind once. */
class Narrative implements XmlListener {
  readonly faults = new Set<string>()
  /** Elements whose style brings in what is outside. */
  readonly bringsIn = new Set<string>()
  hasContent = false

  element(name: string, attributes: ReadonlyMap<string, string>, depth: number): void {
    if (depth === 0 && (name !== 'div' || attributes.get('xmlns') !== XHTML)) {
      this.tell(`the outermost element is not <div xmlns="${XHTML}">`)
      return
    }
    if (!isElementAllowed(name)) {
      this.tell(`the element ${beginningOf(name, SHOWN)} is not allowed`)
      return
    }
    if (name === 'img') this.hasContent = true
    for (const [attribute, value] of attributes) this.attribute(name, attribute, value)
  }

  words(): void {
    this.hasContent = true
  }

  private attribute(element: string, name: string, value: string): void {
    if (!isAttributeAllowed(element, name))
      this.tell(`the attribute ${beginningOf(name, SHOWN)} of ${element} is not allowed`)
    else if (name === 'xmlns' && value !== XHTML) this.tell(`the namespace of ${element} is not XHTML's`)
    else if (isLink(element, name) && !isLinkAllowed(value))
      this.tell(`a link may not lead to ${beginningOf(value, SHOWN)}`)
    else if (name === 'src' && !isImageAllowed(value))
      this.tell(`an image may not come from ${beginningOf(value, SHOWN)}`)
    else if (name === 'style' && !isStyleHarmless(value)) this.tell(`a style of ${element} is more than a style`)
    // HL7's own narratives have such, for lines of trees.
    else if (name === 'style' && !isStyleWhole(value)) this.bringsIn.add(element)
  }

  private tell(fault: string): void {
    if (this.faults.size < MOST_FAULTS) this.faults.add(fault)
  }
}

function isLink(element: string, attribute: string): boolean {
  return (
    attribute === 'href' ||
    attribute === 'cite' ||
    attribute === 'longdesc' ||
    (element === 'img' && attribute === 'usemap')
  )
}

const checkDiv: Check = (place, run) => {
  const { value } = place
  if (typeof value !== 'string') return
  const narrative = new Narrative()
  try {
    scanXml(value, narrative)
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    report(place, run, 'txt-1', `The narrative is not well-formed XML: ${error.message} (at character ${error.at}).`)
    return
  }
  for (const fault of narrative.faults) report(place, run, 'txt-1', `The narrative has what it may not have: ${fault}.`)
  for (const element of narrative.bringsIn) run.report(place, bringingIn(element))
  if (!narrative.hasContent) report(place, run, 'txt-2', 'The narrative has no content but white space.')
}

function bringingIn(element: string): Finding {
  const diagnostics = `A style of ${element} in the narrative brings in what is outside: who reads it is told there.`
  return { severity: 'warning', code: 'security', messageId: 'narrative-style-outside', diagnostics }
}

function report(place: Place, run: Run, messageId: string, diagnostics: string): void {
  run.report(place, { severity: 'error', code: 'invariant', messageId, diagnostics })
}

/** XHTML of Narrative.div: txt-1 and txt-2 (R4 narrative.html). */
export const narratives: Layer = {
  name: 'narrative',
  checkOf: (type) => (type === 'xhtml' ? checkDiv : undefined),
}
