/** What types of values are specializations of (R4 datatypes.html): primitive ones, and those of quantities. */
export const valueBases: Readonly<Record<string, string>> = {
  code: 'string',
  id: 'string',
  markdown: 'string',
  canonical: 'uri',
  oid: 'uri',
  url: 'uri',
  uuid: 'uri',
  positiveInt: 'integer',
  unsignedInt: 'integer',
  Age: 'Quantity',
  Count: 'Quantity',
  Distance: 'Quantity',
  Duration: 'Quantity',
}
