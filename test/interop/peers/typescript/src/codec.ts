// SPDX-License-Identifier: Apache-2.0

import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const key = Buffer.from('test-key-test-key-test-key-test!');
const wire = temporal.api.common.v1.Payload;

/** Encrypts what has the word `secret` in it, as the samples of encryption do. */
export class SecretCodec implements PayloadCodec {
  async encode(plain: Payload[]): Promise<Payload[]> {
    return plain.map((each) => {
      if (!each.data || !Buffer.from(each.data).includes('secret')) return each;
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = [cipher.update(wire.encode(each).finish()), cipher.final(), cipher.getAuthTag()];
      return {
        metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('test-key-id') },
        data: Buffer.concat([nonce, ...sealed]),
      };
    });
  }

  async decode(encoded: Payload[]): Promise<Payload[]> {
    return encoded.map((each) => {
      if (Buffer.from(each.metadata?.encoding ?? []).toString() !== 'binary/encrypted') return each;
      const data = Buffer.from(each.data ?? []);
      const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12));
      decipher.setAuthTag(data.subarray(-16));
      return wire.decode(Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()]));
    });
  }
}
