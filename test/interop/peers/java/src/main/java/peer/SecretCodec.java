// SPDX-License-Identifier: Apache-2.0
package peer;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encrypts what has the word `secret` in it, as the samples of encryption do. */
final class SecretCodec implements PayloadCodec {
  private static final byte[] KEY =
      "test-key-test-key-test-key-test!".getBytes(StandardCharsets.UTF_8);
  private static final ByteString ENCRYPTED = ByteString.copyFromUtf8("binary/encrypted");

  @Override
  public List<Payload> encode(List<Payload> plain) {
    return plain.stream().map(SecretCodec::encrypt).toList();
  }

  @Override
  public List<Payload> decode(List<Payload> encoded) {
    return encoded.stream().map(SecretCodec::decrypt).toList();
  }

  private static byte[] crypt(int mode, byte[] nonce, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(KEY, "AES"), new GCMParameterSpec(128, nonce));
      return cipher.doFinal(text);
    } catch (GeneralSecurityException error) {
      throw new IllegalStateException(error);
    }
  }

  private static Payload encrypt(Payload plain) {
    if (!plain.getData().toStringUtf8().contains("secret")) {
      return plain;
    }
    byte[] nonce = new byte[12];
    new SecureRandom().nextBytes(nonce);
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, plain.toByteArray());
    return Payload.newBuilder()
        .putMetadata("encoding", ENCRYPTED)
        .putMetadata("encryption-key-id", ByteString.copyFromUtf8("test-key-id"))
        .setData(ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed)))
        .build();
  }

  private static Payload decrypt(Payload encoded) {
    if (!ENCRYPTED.equals(encoded.getMetadataMap().get("encoding"))) {
      return encoded;
    }
    byte[] nonce = encoded.getData().substring(0, 12).toByteArray();
    try {
      return Payload.parseFrom(
          crypt(Cipher.DECRYPT_MODE, nonce, encoded.getData().substring(12).toByteArray()));
    } catch (com.google.protobuf.InvalidProtocolBufferException error) {
      throw new IllegalStateException(error);
    }
  }
}
