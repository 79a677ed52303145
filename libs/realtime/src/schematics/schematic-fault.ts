// Why can a generator not do what it was asked? One line for the programmer, with the cure last.

/** Thrown before anything is written: a schematic that throws leaves the disk as it was. */
export class SchematicFault extends Error {
  override readonly name = 'SchematicFault';
}
