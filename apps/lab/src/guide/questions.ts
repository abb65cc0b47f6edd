/**
 * What a reader is asked to predict: the question, the answers, which of them is right, and the reason. Mathematics stands between dollar
 * signs. Tests hold each right answer, and every number in a reason, against a run. Knows no component.
 */
import type { ChapterId } from '@thalweg/guide';

/** A question with answers to choose from; without any, a curve is to be drawn. */
export interface Question {
  readonly chapter: ChapterId;
  readonly ask: string;
  readonly answers: readonly string[];
  readonly right: number;
  readonly because: string;
  /** Claims of the chapter that give the answer away: they stay under the veil as well. */
  readonly tells: readonly string[];
}

/** All questions, in the order of the guide. */
export const questions = {
  'problem.basins': {
    chapter: 'problem',
    ask: 'A point starts on the right, at $x = 1.6$, and takes small steps down the slope. The deeper of the two basins is on the left. Where does it end?',
    answers: ['In the deeper basin on the left', 'In the shallower one on the right', 'On the ridge between them'],
    right: 1,
    because:
      'each step knows only the slope where the point is. That slope leads into the nearer basin, and from its bottom every way leads up.',
    tells: ['problem.start'],
  },
  'sgd.zigzag': {
    chapter: 'sgd',
    ask: 'The walls are 30 times as steep as the floor, and $η$ is such that $ηλ = 1.7$ across. How does the point move?',
    answers: ['It slides straight to the minimum', 'It changes sides at every step, and gets there', 'It flies off'],
    right: 1,
    because:
      'across, each step multiplies the distance from the floor by $1 − 1.7 = −0.7$. The minus sign puts the point on the other side, and 0.7 is less than 1, so it comes nearer with every step.',
    tells: ['sgd.factor', 'sgd.zigzag', 'sgd.diverges'],
  },
  'sgd.batch': {
    chapter: 'sgd',
    ask: 'The gradient of 16 random examples scatters around the exact one by some distance. How many examples reduce it to a quarter?',
    answers: ['32', '64', '256'],
    right: 2,
    because:
      'in an average, errors of both signs partly cancel, so the scatter of $B$ examples falls as $1/√(B)$: a quarter of it takes 4·4 = 16 times as many.',
    tells: ['sgd.noise'],
  },
  'momentum.spring': {
    chapter: 'momentum',
    ask: 'A ball on a spring is let go at 1. Friction leaves $β = 0.95$ of its speed after each step, and the spring pulls with $ηλ = 0.05$. Draw where it is over the next 60 steps.',
    answers: [],
    right: 0,
    because:
      'it arrives at 0 with speed and swings through, to −0.70, and back, each swing smaller: friction takes 5 % of the speed in each step, and the spring turns the ball round.',
    tells: [],
  },
  'momentum.best': {
    chapter: 'momentum',
    ask: 'Where $κ = 100$, each plain step leaves 98 % of the error, even with the best $η$. How much does a step with momentum leave, with the best $η$ and $β$?',
    answers: ['96 %', '82 %', '10 %'],
    right: 1,
    because:
      'where it swings, two steps together leave $β$ of the error, as friction does of the speed, and so every step $√β$, however steep the direction. So the best $β$ is the smallest at which the flattest and the steepest direction both still swing, which gives $√β = (√κ − 1)/(√κ + 1) = 9/11 ≈ 0.82$. The first steps leave more, until $m$ has built up; even so the error is at 1 % after 45 steps instead of 231.',
    tells: ['momentum.best', 'momentum.valley'],
  },
  'adagrad.corner': {
    chapter: 'adagrad',
    ask: 'At the start of this valley the gradient is 4 along the floor and 50 across it. Which way does AdaGrad’s first step go?',
    answers: ['Almost straight across, as SGD’s does', 'As far along as across: at 45°', 'Almost straight along the floor'],
    right: 1,
    because:
      'after one step $G$ is $g²$ in each direction, so the step is $η·g/√(g²)$, which has the size $η$ whatever $g$ is: only the sign of $g$ remains.',
    tells: [],
  },
  'adagrad.accident': {
    chapter: 'adagrad',
    ask: 'The first gradient is 100, by accident; the next thousand are 1. Draw AdaGrad’s rate from the accident on, in units of $η$.',
    answers: [],
    right: 0,
    because:
      'the accident puts 10,000 into $G$, and a thousand gradients of 1 add only 1,000 to it. The rate stays near 0.01, where without the accident it would be 0.032 in the end.',
    tells: ['adagrad.unforgiven'],
  },
  'adagrad.words': {
    chapter: 'adagrad',
    ask: 'Real text: a model learns to tell from a paragraph which president of the United States spoke it. After 500 steps, how many times the rate of “the” does a word have that is in ten paragraphs or fewer?',
    answers: ['About the same', 'About ten times', 'A hundred times and more'],
    right: 2,
    because: '“the” is in nearly every paragraph and adds to its $G$ in every step; the $G$ of a rare word is still nearly 0.',
    tells: ['adagrad.rare'],
  },
  'rmsprop.first': {
    chapter: 'rmsprop',
    ask: '$β = 0.999$, and every gradient is 1. How long is the very first step?',
    answers: ['just $η$', 'about 3 $η$', 'about 32 $η$'],
    right: 2,
    because:
      '$v$ started at 0, so after one step it is $0.001·1² = 0.001$ and not 1. Its root is 0.032, and the step is $η$ divided by that: the denominator is too small, so the first steps are too long.',
    tells: ['rmsprop.start'],
  },
  'rmsprop.bounce': {
    chapter: 'rmsprop',
    ask: '$η$ is 0.1. How far from the floor of the valley does RMSProp end up?',
    answers: ['On the floor, after long enough', 'About 0.05: half a step to each side', 'About 1: a whole width'],
    right: 1,
    because:
      'near the floor the gradient shrinks, but $√v$, by which it is divided, shrinks as well. So steps stay $η$ long, and only their sign changes: from half a step on one side to half a step on the other.',
    tells: ['rmsprop.bounces'],
  },
  'adam.uncorrected': {
    chapter: 'adam',
    ask: 'Leave both corrections out, with $β₁ = 0.9$, $β₂ = 0.999$ and a gradient that is always 1. The first steps are …',
    answers: ['too short, as m is too small', 'right, as both errors cancel', 'too long, as v is much too small'],
    right: 2,
    because:
      '$m₁$ is a tenth of what it should be, but $√v₁$ only a thirty-second: $0.1/√0.001 ≈ 3.2$. The next steps are even longer, since $m$ fills up within some tens of steps, but $v$ needs thousands.',
    tells: ['adam.inflated', 'adam.apart'],
  },
  'adam.smooth': {
    chapter: 'adam',
    ask: 'In this noisy valley plain SGD changes sides in most of its steps. How often does it if it follows an average of the gradients, at the same rate?',
    answers: ['As often', 'In far fewer of them', 'Never again'],
    right: 1,
    because: 'gradients across the valley change sign and cancel in the average; those along the floor agree, and remain.',
    tells: ['adam.zigzag'],
  },
  'decay.which': {
    chapter: 'decay',
    ask: 'One weight has gradients around 0.1, another around 10. Which of them does Adam with the penalty shrink more?',
    answers: ['Both alike', 'That with the small gradients, about a hundred times as much', 'That with the large gradients'],
    right: 1,
    because: 'the pull $λw$ is divided by $√v̂$, which is about 0.1 for the one and 10 for the other.',
    tells: ['decay.uneven', 'decay.ellipse'],
  },
  'decay.data': {
    chapter: 'decay',
    ask: 'A model of thousands of words learns from 300 paragraphs, without weight decay and with it (by AdamW, the next chapter), in 1,500 steps each. What does decay do to the loss on those 300, and what to the loss on new paragraphs?',
    answers: ['Both fall', 'On the 300 it rises, on new ones it falls', 'Both rise'],
    right: 1,
    because:
      'a weight that only a few paragraphs push is held near zero. So the model fits those 300 less closely, and is less often confident and wrong about new ones.',
    tells: ['decay.norm'],
  },
  'adamw.twelve': {
    chapter: 'adamw',
    ask: 'The same twelve weights under AdamW, for 600 steps. How much of each remains?',
    answers: ['Nearly nothing of any', 'About 16 % of each', 'Little of those with small gradients, most of the others'],
    right: 1,
    because: 'the decay is outside the division: each step multiplies every weight by $1 − ηλ = 0.997$, and $0.997⁶⁰⁰ ≈ 0.16$.',
    tells: ['adamw.twelve', 'adamw.same'],
  },
  'adamw.scaled': {
    chapter: 'adamw',
    ask: 'In PyTorch’s form you have tuned $λ$ at one $η$. Then you make $η$ ten times smaller. Is your $λ$ still right?',
    answers: ['Yes', 'It is now ten times too small', 'It is now ten times too large'],
    right: 1,
    because: 'a step shrinks weights by the factor $1 − ηλ$: where $η$ is a tenth, $λ$ must be ten times as large for the same decay.',
    tells: ['adamw.separate', 'adamw.sheared'],
  },
  'beyond.muon': {
    chapter: 'beyond',
    ask: 'After the division a singular value is 0.00001, a hundred-thousandth. What do the five rounds make of it?',
    answers: ['Something between 0.3 and 1.2, as of most others', 'About 0.005: five rounds are too few', 'Exactly 1'],
    right: 1,
    because:
      'each round multiplies a small value by about $a = 3.4445$, so five multiply it by $3.4445⁵ ≈ 485$. That is enough for values of 0.003 and more, which end between 0.68 and 1.2.',
    tells: ['beyond.muon', 'beyond.matrix'],
  },
  'beyond.noise': {
    chapter: 'beyond',
    ask: 'SGD and schedule-free SGD run for 600 steps at the same constant rate, under the same noise, which shakes $z$ as much as the point of SGD. SGD ends at a loss of 0.017. What is the loss of the mean $x$ of all places of $z$?',
    answers: ['About the same: where points are shaken, so is their mean', 'Less than half', 'Exactly 0: the noise cancels'],
    right: 1,
    because:
      'noise pushes to all sides alike, so in the mean of many points most of it cancels. Not all: points are finitely many, and those on the way down count as well.',
    tells: ['beyond.average'],
  },
} as const satisfies Readonly<Record<string, Question>>;

/** The name of a question. */
export type QuestionId = keyof typeof questions;

/** All names, in the order of the guide. */
export const questionIds = Object.keys(questions) as QuestionId[];
