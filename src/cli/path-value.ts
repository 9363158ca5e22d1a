import * as Errors from '@oclif/core/errors';

/**
 * `parse` of a flag that names a file or folder. An empty word, as an unset shell variable leaves it, would be the
 * folder that one stands in. @throws CLIError, to which oclif adds the flag's name.
 */
export function pathValue(value: string): Promise<string> {
  return value === ''
    ? Promise.reject(
        new Errors.CLIError(
          'an empty word names no file or folder: is a shell variable that you use not set?',
        ),
      )
    : Promise.resolve(value);
}
