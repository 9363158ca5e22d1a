import { userInfo } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { S6tsError } from '../../src/base/error.js';
import { cacheFolder, configFolder } from '../../src/base/user-folders.js';

test('a HOME that is relative or empty is not taken: the account has one', (t) => {
  for (const HOME of ['', 'here', './here']) {
    t.is(cacheFolder({ HOME }), join(userInfo().homedir, '.cache', 's6ts'), HOME);
  }
});

test.serial('a user by number alone, without HOME: what to set', (t) => {
  const [seteuid, own] = [process.seteuid, process.geteuid?.()];
  if (seteuid === undefined || own === undefined) throw new Error('this is no Unix');
  // Only root can become another: anybody else has an account.
  t.is(own, 0, 'the tests run as root');
  seteuid(54_321);
  try {
    for (const place of [cacheFolder, configFolder]) {
      const error = t.throws(() => place({}), { instanceOf: S6tsError });
      t.is(error.code, 'home-missing');
      t.regex(error.hint ?? '', /HOME.*XDG_CONFIG_HOME.*XDG_CACHE_HOME/);
    }
    t.is(cacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/s6ts');
  } finally {
    seteuid(own);
  }
});
