const words = (text: string) => text.trim().split(/\s+/)

/** Elements of HTML 4.0, chapters 7 to 11 (without 9.4) and 15, links and images (R4 narrative.html, txt-1). */
const ELEMENTS = new Set(
  words(`div p br h1 h2 h3 h4 h5 h6 address span bdo a
    b em i strong small big tt dfn q var abbr acronym cite code kbd samp sub sup blockquote pre hr
    ul ol li dl dt dd table caption colgroup col thead tfoot tbody tr th td img map area`),
)

/** Attributes that each of them may have. */
const ANYWHERE = new Set(words('xmlns id title style class lang xml:lang dir accesskey tabindex'))

const CELLS = 'align valign char charoff width'
const CELL = `abbr axis headers scope rowspan colspan bgcolor nowrap height ${CELLS}`
const LISTED = 'compact type start value'

/** Attributes that some of them may have. */
const OF_ELEMENT: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    a: 'href name charset type hreflang rel rev shape coords',
    q: 'cite',
    blockquote: 'cite',
    pre: 'width xml:space space',
    hr: 'align noshade size width',
    ul: LISTED,
    ol: LISTED,
    li: LISTED,
    dl: 'compact',
    div: 'align',
    p: 'align',
    h1: 'align',
    h2: 'align',
    h3: 'align',
    h4: 'align',
    h5: 'align',
    h6: 'align',
    br: 'clear',
    table: 'summary width border frame rules cellspacing cellpadding align bgcolor',
    caption: 'align',
    colgroup: `span ${CELLS}`,
    col: `span ${CELLS}`,
    thead: CELLS,
    tfoot: CELLS,
    tbody: CELLS,
    tr: `bgcolor ${CELLS}`,
    th: CELL,
    td: CELL,
    img: 'src alt longdesc name height width border hspace vspace align usemap ismap',
    map: 'name',
    area: 'shape coords href nohref alt',
  }).map(([element, attributes]) => [element, new Set(words(attributes))]),
)

/** Whether a narrative may have an element of this name. */
export function isElementAllowed(name: string): boolean {
  return ELEMENTS.has(name)
}

/** Whether an element of a narrative may have an attribute. */
export function isAttributeAllowed(element: string, attribute: string): boolean {
  return ANYWHERE.has(attribute) || OF_ELEMENT[element]?.has(attribute) === true
}

/** Where a link of a narrative may lead: to what is shown when a person asks for it, and carries out nothing. */
const LINKS = new Set(['http', 'https', 'ftp', 'mailto', 'tel', 'urn'])

/** What an image may come from: `data` has it within. */
const IMAGES = new Set(['http', 'https', 'data', 'cid', 'urn'])

/** The scheme of a URL, in lower case, as browsers read it: without what they leave out. Undefined for a relative one. */
function schemeOf(url: string): string | undefined {
  const read = url.replace(/[\0-\x20]/g, '')
  return /^([a-z][a-z0-9+.-]*):/i.exec(read)?.[1]?.toLowerCase()
}

/** Whether a link may lead to a URL. */
export function isLinkAllowed(url: string): boolean {
  const scheme = schemeOf(url)
  return scheme === undefined || LINKS.has(scheme)
}

/** Whether an image may come from a URL. */
export function isImageAllowed(url: string): boolean {
  const scheme = schemeOf(url)
  if (scheme === 'data') return /^\s*data:\s*image\//i.test(url)
  return scheme === undefined || IMAGES.has(scheme)
}

/** Whether a style carries out nothing. One with escapes, which could hide what it says, is not taken apart. */
export function isStyleHarmless(style: string): boolean {
  return !/\\|expression\s*\(|behaviou?r\s*:|-moz-binding|@import|javascript:/i.test(style)
}

/** Whether a style brings along all it needs. */
export function isStyleWhole(style: string): boolean {
  return [...style.matchAll(/url\s*\(\s*["']?\s*/gi)].every(({ index, 0: start }) =>
    isWithin(style.slice(index + start.length)),
  )
}

/** Whether a url in a style is an image that is within it, or of the place that the narrative is shown at: no other server is told. */
function isWithin(url: string): boolean {
  return /^data:\s*image\//i.test(url) || !/^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(url)
}
