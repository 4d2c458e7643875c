import fc from 'fast-check'
import t from 'tap'
import { narratives } from '../../../../resources/validation/narrative/layer.ts'
import { findingsOf } from '../../../support/findings.ts'

const OPEN = '<div xmlns="http://www.w3.org/1999/xhtml">'
const div = (inner: string) => `${OPEN}${inner}</div>`
const patient = (text: string) => ({ resourceType: 'Patient', text: { status: 'generated', div: text } })
const found = (text: string) => findingsOf([narratives], patient(text))
const AT = 'Patient.text.div'

t.test('right narratives', async (t) => {
  const rights = [
    div('x'),
    `\n ${div('x')} \n`,
    div('<p>a<br/>b</p><!-- a comment --><ul class="x"><li>c</li></ul>'),
    div('<img src="#photo" alt="x"/>'),
    div('<img src="data:image/png;base64,AAAA"/>'),
    div('<img src="https://a.example/x.png" alt="x" height="3" width="4" border="0"/>'),
    div('<a href="#x">x</a><a name="x"/><a href="Patient/1">x</a><a href="mailto:x@a.example">x</a>'),
    // In a transaction it leads to an entry, and is resolved when that is stored (R4 http.html#trules).
    div('<a href="urn:uuid:7221aa91-d9e1-44fa-8b90-c5a8c7caeade">x</a>'),
    div('<a href="https://a.example/?a=1&amp;b=2">x</a>'),
    div('<table border="1" summary="x"><tr bgcolor="white"><td colspan="2" valign="top">x</td></tr></table>'),
    div('<p style="color: red; background-image: url(data: image/png;base64,AA)">x</p>'),
    div('<p style="background-image: url(tbl_bck1.png)">x</p>'),
    div('<p xml:lang="en" lang=\'en\' title="a > b" id="x">x</p>'),
    div('&lt;&gt;&amp;&quot;&apos;&#160;&#xA0;x&#x1F600;'),
    div('<![CDATA[<script>]]>'),
    div(
      '<h1>x</h1><h6>x</h6><blockquote cite="http://a.example">x</blockquote><q>x</q><hr/><pre xml:space="preserve">x</pre>',
    ),
    div('Grüße 𝒳 日本'),
    div('<div >x</div >'),
    `<div\n  xmlns = 'http://www.w3.org/1999/xhtml'\n>x</div>`,
    `${OPEN}${'<div>'.repeat(100)}x${'</div>'.repeat(101)}`,
  ]
  for (const right of rights) t.strictSame(await found(right), [], right.slice(0, 200))
})

t.test('a style that brings in what is outside is warned of', async (t) => {
  const styled = [
    div('<p style="background: url(https://a.example/x.png)">x</p>'),
    div('<p style="background: URL( \'https://a.example/x.png\')">x</p>'),
    div('<p style="background: url(//a.example/x.png)">x</p>'),
  ]
  for (const one of styled) t.strictSame(await found(one), [`warning narrative-style-outside ${AT}`], one)
})

t.test('what is not allowed, and what is not well-formed', async (t) => {
  const wrongs = [
    'x',
    `${div('x')}x`,
    `x${div('x')}`,
    `${div('x')}${div('y')}`,
    '<div>x</div>',
    '<div xmlns="http://www.w3.org/1999/html">x</div>',
    '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
    `<h:div xmlns:h="http://www.w3.org/1999/xhtml">x</h:div>`,
    div('x<script>alert(1)</script>'),
    div('x<SCRIPT/>'),
    div('<P>x</P>'),
    div('x<iframe src="https://a.example"/>'),
    div('x<style>p {}</style>'),
    div('x<link rel="stylesheet" href="https://a.example"/>'),
    div('x<form/>'),
    div('x<input/>'),
    div('x<object/>'),
    div('x<svg/>'),
    div('x<ins>y</ins>'),
    div('x<font color="red">y</font>'),
    div('<p onclick="alert(1)">x</p>'),
    div('<p OnClick="alert(1)">x</p>'),
    div('<a href="https://a.example" target="_top">x</a>'),
    div('<p href="https://a.example">x</p>'),
    div('<a href="javascript:alert(1)">x</a>'),
    div('<a href=" JavaScript:alert(1)">x</a>'),
    div('<a href="java&#10;script:alert(1)">x</a>'),
    div('<a href="&#106;avascript:alert(1)">x</a>'),
    div('<a href="&#1;javascript:alert(1)">x</a>'),
    div('<a href="vbscript:x">x</a>'),
    div('<a href="data:text/html,x">x</a>'),
    div('<a href="file:///etc/passwd">x</a>'),
    div('<img src="javascript:alert(1)"/>'),
    div('<img src="data:text/html,x"/>'),
    div('<p style="width: expression(alert(1))">x</p>'),
    div('<p style="back\\67round: x">x</p>'),
    div('<p xmlns="http://www.w3.org/2000/svg">x</p>'),
    div('x&reg;'),
    div('x&nbsp;y'),
    div('a & b'),
    div('a &amp b'),
    div('x&#0;'),
    div('x&#xD800;'),
    div('x&#x110000;'),
    div('x&#8;'),
    div('a < b'),
    div('x]]>'),
    div('<br>x'),
    div('<b><i>x</b></i>'),
    div('<p>x'),
    div('</p>x'),
    div('<p class=x>y</p>'),
    div('<p class>y</p>'),
    div('<p class="a" class="b">y</p>'),
    div('<p class="a"id="b">y</p>'),
    div('<p class="<">y</p>'),
    div('<p class="x>y</p>'),
    div('<>x</>'),
    div('<!-- a -- b -->x'),
    div('<!-- x'),
    div('<![CDATA[ x'),
    div('<?php x ?>x'),
    `<?xml version="1.0"?>${div('x')}`,
    `<!DOCTYPE div [<!ENTITY a "x">]>${div('&a;')}`,
    OPEN,
    `${OPEN}x</div`,
    '<div xmlns="http://www.w3.org/1999/xhtml"',
    `${OPEN}${'<div>'.repeat(100_000)}x`,
  ]
  for (const wrong of wrongs) t.strictSame(await found(wrong), [`error txt-1 ${AT}`], wrong.slice(0, 200))
})

t.test('has some content', async (t) => {
  for (const empty of ['', ' \n', '<p/>', '<p> &#32;&#9; </p>', '<!-- x -->', '<table><tr><td> </td></tr></table>'])
    t.strictSame(await found(div(empty)), [`error txt-2 ${AT}`], empty)
  t.strictSame(await found(div('<img src="#x" alt=""/>')), [])
})

t.test('tells each kind of fault once, and some at the most', async (t) => {
  t.strictSame((await found(div('x<script/><script/><p onload="x">y</p>'))).length, 2)
  const many = Array.from({ length: 100 }, (_, at) => `<x${at}/>`).join('')
  t.equal((await found(div(`x${many}`))).length, 10)
})

t.test('is looked into in lists of a composition, contained resources and entries', async (t) => {
  const section = (text: string) => ({ title: 'x', text: { status: 'generated', div: text } })
  const composition = {
    resourceType: 'Composition',
    status: 'final',
    type: { text: 'x' },
    date: '2024',
    author: [{ display: 'x' }],
    title: 'x',
    section: [section(div('x')), section(div('&x;'))],
  }
  t.strictSame(await findingsOf([narratives], composition), ['error txt-1 Composition.section[1].text.div'])
})

const words = fc.string({ unit: fc.constantFrom('a', 'é', '日', ' ', '\n', '&amp;', '&#65;', "'", '"') })
const tree = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    words,
    fc
      .tuple(
        fc.constantFrom('p', 'b', 'div', 'span', 'li', 'td'),
        fc.constantFrom('', ' class="x"', ' title=\'a "b"\'', ' style="color:red" id="y"'),
        fc.array(tie('tree'), { maxLength: 4 }),
      )
      .map(([name, attributes, inner]) => `<${name}${attributes}>${inner.join('')}</${name}>`),
  ),
})).tree

t.test('takes all that is made of allowed pieces, and not once a tag of it is broken', async (t) => {
  await fc.assert(
    fc.asyncProperty(tree, fc.nat(), async (inner, where) => {
      const whole = div(`x${inner}`)
      t.strictSame(await found(whole), [])
      const tags = [...whole.matchAll(/>|<\/?/g)]
      const { index, 0: sign } = tags[where % tags.length]!
      t.not((await found(whole.slice(0, index) + whole.slice(index + sign.length))).length, 0)
    }),
    { numRuns: 200 },
  )
})

t.test('says something of any text', async (t) => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '&',
    ';',
    '#',
    '!',
    '--',
    '[CDATA[',
    ']]>',
    '"',
    "'",
    '=',
    'div',
    ' ',
    'x',
    '?',
    '\u0001',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 40 }), async (parts) => {
      const text = parts.join('')
      if (!/\S/.test(text)) return
      for (const finding of await found(text)) t.match(finding, /^error (txt-1|structure) Patient/)
    }),
    { numRuns: 500 },
  )
})
