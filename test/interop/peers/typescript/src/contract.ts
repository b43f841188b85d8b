// SPDX-License-Identifier: Apache-2.0
// What caller and handler share (../../README.md).

import * as nexus from 'nexus-rpc';

/** What a caller workflow is to do; times are in milliseconds. */
export interface Call {
  endpoint: string;
  operation: string;
  how: string;
  id: string;
  text: string;
  size: number;
  cancel: '' | 'WAIT_COMPLETED' | 'WAIT_REQUESTED' | 'TRY_CANCEL' | 'ABANDON';
  schedule_to_close: number;
  schedule_to_start: number;
  start_to_close: number;
  summary: string;
  header: string;
  linger: number;
}

export interface Ask {
  how: string;
  id: string;
  text: string;
}

export interface Answer {
  text: string;
}

export interface Outcome {
  text: string;
  errors: string[];
}

export const header = 'x-matrix';

const operations = {
  echo: nexus.operation<Ask, Answer>(),
  header: nexus.operation<Ask, Answer>(),
  fail: nexus.operation<Ask, Answer>(),
  slow: nexus.operation<Ask, Answer>(),
  message: nexus.operation<Ask, Answer>(),
  run: nexus.operation<Ask, Answer>(),
  update: nexus.operation<Ask, Answer>(),
  activity: nexus.operation<Ask, Answer>(),
};

export const matrix = nexus.service('Matrix', operations);

/** With an operation that no handler has. */
export const matrixAndMore = nexus.service('Matrix', { ...operations, nothing: nexus.operation<Ask, Answer>() });
