import { describe, expect, it } from 'vitest';
import { readFlights } from '../../../bench/policies/flights.ts';
import { parquetOf } from '../data/files.ts';

describe('the stream of flights', () => {
  /** A flight every ten minutes, two for each that is taken; those of the last half hour of two are late. */
  const count = 175 * 400 + 7;
  const begin = Date.UTC(2001, 0, 1);
  const columns = {
    date: Array.from({ length: count }, (_, row) => new Date(begin + row * 600_000)),
    delay: Array.from({ length: count }, (_, row) => (row % 12 < 9 ? 14 : 15)),
    distance: Array.from({ length: count }, (_, row) => row),
  };
  const fileOf = (changed: Partial<Record<keyof typeof columns, readonly unknown[]>> = {}): Uint8Array =>
    parquetOf(
      Object.entries({ ...columns, ...changed }).map(([name, data]) => ({ name, data: [...data] })),
      { rowGroupSize: 30_000 },
    );

  it('has 200 flights of each window at equal distances, late from 15 minutes on', async () => {
    const { width, rowsPerWindow, features, labels } = await readFlights('flights', fileOf());
    expect({ width, rowsPerWindow, rows: labels.length }).toEqual({
      width: 5,
      rowsPerWindow: 200,
      rows: 35_000,
    });
    const rows = Array.from(labels, (_, at) => 2 * at + 1);
    expect(Array.from(labels, (_, at) => features[5 * at])).toEqual(rows);
    expect([...labels]).toEqual(rows.map((row) => Number(row % 12 >= 9)));
  });

  it('has the time of the day and in the week as places on a circle', async () => {
    const { features } = await readFlights('flights', fileOf());
    // Row 2 * at + 1, ten minutes each: the first that is taken is of 00:10, the nineteenth six hours later.
    const placesOf = (at: number) => [...features.slice(5 * at + 1, 5 * at + 5)];
    const angle = (2 * Math.PI) / 144;
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    expect(placesOf(0)[0]).toBeCloseTo(sine, 9);
    expect(placesOf(0)[1]).toBeCloseTo(cosine, 9);
    expect(placesOf(18)[0]).toBeCloseTo(cosine, 9);
    expect(placesOf(18)[1]).toBeCloseTo(-sine, 9);
    const weekLater = placesOf(504);
    for (const [place, value] of placesOf(0).entries()) expect(weekLater[place]).toBeCloseTo(value, 9);
    expect(placesOf(72).slice(2)).not.toEqual(placesOf(0).slice(2));
  });

  it('is refused where the file is another', async () => {
    const refused = (bytes: Uint8Array) => expect(readFlights('flights', bytes)).rejects;
    await refused(Buffer.from('date,delay,distance\n')).toThrow(
      'stream flights: expected a Parquet file as flights-3m.parquet is, but it does not end as Parquet does',
    );
    const few = parquetOf([{ name: 'date', data: [new Date(begin)] }]);
    await refused(few).toThrow('stream flights: expected at least 35000 rows, got 1');
    const others = parquetOf([{ name: 'time', data: [...columns.distance] }]);
    await refused(others).toThrow('stream flights: expected a column date, got time');
    const unknown = columns.delay.map((delay, row) => (row === 401 ? null : delay));
    await refused(fileOf({ delay: unknown })).toThrow(
      'stream flights, row 402, column delay: expected a value of type integer, got null',
    );
    await refused(fileOf({ date: columns.date.toReversed() })).toThrow('in the order of their date');
  });
});
