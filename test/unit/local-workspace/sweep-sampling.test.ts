import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawPoint, gridSize, pointOfGrid } from '../../../local/azure-ml/sweep-sampling.ts';

const many = Array.from({ length: 400 }, (_, trial) => trial);
const drawn = (expression: readonly [string, readonly unknown[]]) =>
  many.map((trial) => Number(drawPoint({ x: expression }, 'seed', trial)['x']));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the values of trials', () => {
  it('are every combination of a grid, each once', () => {
    const space = { a: ['choice', [[1, 2, 3]]], b: ['choice', [['x', 'y']]] } as const;
    const points = Array.from({ length: gridSize(space) }, (_, at) => JSON.stringify(pointOfGrid(space, at)));
    expect(new Set(points).size).toBe(6);
    expect(points[1]).toBe('{"a":1,"b":"y"}');
  });

  it('are the same for the same seed and number, and others for others', () => {
    const space = { x: ['uniform', [0, 1]] } as const;
    expect(drawPoint(space, '7', 3)).toEqual(drawPoint(space, '7', 3));
    expect(drawPoint(space, '7', 3)).not.toEqual(drawPoint(space, '7', 4));
    expect(drawPoint(space, '7', 3)).not.toEqual(drawPoint(space, '8', 3));
  });

  it('lie within their bounds, on their steps', () => {
    const bounds = fc.tuple(fc.integer({ min: -20, max: 5 }), fc.integer({ min: 1, max: 10 }));
    fc.assert(
      fc.property(bounds, fc.nat(1000), ([min, width], trial) => {
        const max = min + width;
        const of = (type: string, ...args: number[]) =>
          Number(drawPoint({ x: [type, args] }, 's', trial)['x']);
        expect(of('uniform', min, max)).toSatisfy((value: number) => value >= min && value < max);
        expect(of('loguniform', min, max)).toSatisfy(
          (value: number) => value >= Math.exp(min) && value < Math.exp(max),
        );
        expect(of('randint', width)).toSatisfy(
          (value: number) => Number.isInteger(value) && value >= 0 && value < width,
        );
        expect(Math.abs((of('quniform', min, max, 0.5) / 0.5) % 1)).toBe(0);
      }),
    );
  });

  it('have the means of their distributions', () => {
    expect(mean(drawn(['uniform', [0, 10]]))).toBeCloseTo(5, 0);
    expect(mean(drawn(['normal', [3, 1]]))).toBeCloseTo(3, 0);
    expect(mean(drawn(['lognormal', [0, 0.5]]).map(Math.log))).toBeCloseTo(0, 0);
    expect(mean(drawn(['qnormal', [30, 5, 5]]))).toBeCloseTo(30, -1);
    expect(new Set(drawn(['choice', [[1, 2, 3]]]))).toEqual(new Set([1, 2, 3]));
  });
});
