/**
 * A value that must not be seen: it prints as `***` in strings, templates, JSON and inspection.
 * `reveal()` is the only way to the value; call it where it leaves the process and nowhere else.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}
