// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"

	"go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/proto"
)

// secretCodec encrypts what has the word `secret` in it, as the samples of encryption do.
type secretCodec struct{}

func sealer() cipher.AEAD {
	block, err := aes.NewCipher([]byte("test-key-test-key-test-key-test!"))
	must(err)
	sealed, err := cipher.NewGCM(block)
	must(err)
	return sealed
}

func (secretCodec) Encode(plain []*common.Payload) ([]*common.Payload, error) {
	all := make([]*common.Payload, len(plain))
	for i, each := range plain {
		all[i] = each
		if !bytes.Contains(each.Data, []byte("secret")) {
			continue
		}
		whole, err := proto.Marshal(each)
		if err != nil {
			return nil, err
		}
		aead := sealer()
		nonce := make([]byte, aead.NonceSize())
		if _, err := rand.Read(nonce); err != nil {
			return nil, err
		}
		all[i] = &common.Payload{
			Metadata: map[string][]byte{"encoding": []byte("binary/encrypted"), "encryption-key-id": []byte("test-key-id")},
			Data:     aead.Seal(nonce, nonce, whole, nil),
		}
	}
	return all, nil
}

func (secretCodec) Decode(encoded []*common.Payload) ([]*common.Payload, error) {
	all := make([]*common.Payload, len(encoded))
	for i, each := range encoded {
		all[i] = each
		if string(each.Metadata["encoding"]) != "binary/encrypted" {
			continue
		}
		aead := sealer()
		whole, err := aead.Open(nil, each.Data[:aead.NonceSize()], each.Data[aead.NonceSize():], nil)
		if err != nil {
			return nil, err
		}
		all[i] = &common.Payload{}
		if err := proto.Unmarshal(whole, all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}
