import test from 'ava';
import { MEDIA_TYPES } from '../../../src/image/blob/media-type.js';
import { engine } from '../../harness/engine.js';
import { injecting } from '../injecting.js';
import { addText, indexLayout, layoutOf, plainImage, type TextImage } from '../layouts.js';

const image = plainImage({ '/x': 'x' }, { Cmd: ['/x'] });
const withManifest = (change: (text: string) => string): TextImage => ({
  ...image,
  manifest: (config, layer) => change(image.manifest(config, layer)),
});

const CASES: Readonly<
  Record<string, { readonly image: TextImage; readonly says: RegExp; readonly hint: RegExp }>
> = {
  chart: {
    image: withManifest((text) =>
      text.replace(MEDIA_TYPES.oci.config, 'application/vnd.cncf.helm.config.v1+json'),
    ),
    says: /layout:chart is something else than an image: its config is application\/vnd\.cncf\.helm\.config/,
    hint: /name an image/,
  },
  'no-json': {
    image: { ...image, config: (diffId) => `{"rootfs": {"diff_ids": ["${diffId}"]}` },
    says: /the config of oci:\S+layout:no-json is no JSON object$/,
    hint: /anew/,
  },
  list: {
    image: { ...image, config: () => '[]' },
    says: /the config of oci:\S+layout:list is no JSON object$/,
    hint: /anew/,
  },
  sha512: {
    image: withManifest((text) => text.replace(/sha256:\w+/, `sha512:${'a'.repeat(128)}`)),
    says: /layout:sha512, config is not valid: its digest is sha512:a+, no SHA-256$/,
    hint: /SHA-256/,
  },
};

for (const [name, { image: stored, says, hint }] of Object.entries(CASES)) {
  test(`what is no image that we know is refused by its name, with what to do: ${name}`, async (t) => {
    const folder = await layoutOf(t, { [name]: stored });
    const error = await t.throwsAsync(injecting(t, await engine(), `oci:${folder}:${name}`), {
      message: says,
    });
    t.regex((error as { hint?: string }).hint ?? '', hint);
  });
}

test('an index inside of an index is refused, with what to name instead', async (t) => {
  const folder = await indexLayout(t, ['amd64'], async (at) => {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests: [] });
    const inner = await addText(at, 'inner', text, MEDIA_TYPES.oci.index);
    return [{ ...inner, platform: { os: 'linux', architecture: 'arm64' } }];
  });
  const error = await t.throwsAsync(injecting(t, await engine(), `oci:${folder}:1`), {
    message: /is an index inside of an index$/,
  });
  t.like(error, { hint: 'name the inner one by itself, by its digest' });
});
