import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeOldNode } from '../../../local/launch/require-node.ts';
import { readStartSettings } from '../../../local/launch/start-settings.ts';

describe('the settings of npm start', () => {
  it('have defaults', () => {
    expect(readStartSettings({}, '/home/jane/.ratchet')).toEqual({
      home: '/home/jane/.ratchet',
      hostPort: 0,
      preferredPort: 7071,
      clock: 'system',
      modelsFolder: null,
    });
  });

  it('come from the environment', () => {
    const env = { RATCHET_HOME: '/state', RATCHET_PORT: '0', RATCHET_CLOCK: 'virtual' };
    expect(readStartSettings({ ...env, RATCHET_MODELS_DIR: 'models' }, '/x')).toMatchObject({
      home: '/state',
      hostPort: 0,
      preferredPort: 0,
      clock: 'virtual',
      modelsFolder: resolve('models'),
    });
  });

  it('are refused with name, rule and value', () => {
    expect(() => readStartSettings({ RATCHET_PORT: '70000' }, '/x')).toThrow(
      'RATCHET_PORT: expected a port from 0 to 65535, 0 for any free one, got "70000"',
    );
    expect(() => readStartSettings({ RATCHET_MODELS_DIR: 'nowhere' }, '/x')).toThrow(
      'RATCHET_MODELS_DIR: expected a folder of model files; there is no folder ',
    );
    expect(() => readStartSettings({ RATCHET_PORT: '-1' }, '/x')).toThrow('got "-1"');
    expect(() => readStartSettings({ RATCHET_CLOCK: 'sundial' }, '/x')).toThrow(
      'RATCHET_CLOCK: expected system or virtual, got "sundial"',
    );
  });
});

describe('the guard against an old Node', () => {
  it('says what to type instead', () => {
    expect(describeOldNode('22.18.0', 'npm start')).toBe(
      'needs Node 24: use npm start, which brings its own (this is Node 22.18.0)',
    );
    expect(describeOldNode('24.0.0', 'npm start')).toBeNull();
    expect(describeOldNode('26.1.0', 'npm start')).toBeNull();
  });
});
