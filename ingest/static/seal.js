// Closes a report so that only the door opens it, always in one of a few sizes: ECDH on P-256, HKDF, AES-256-GCM.
"use strict";

self.seal = (() => {
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const SIZES = [4096, 16384]; // bytes before sealing: nearly every report, and the longest
  const STEP = 65536; // a photo fills so many times this
  const SHAPE = 1;
  const NONCE = 12;
  const bytesOf = (text) => new TextEncoder().encode(text);

  /** The smallest of our sizes that holds so many bytes; a photo has sizes of its own. */
  const sizeFor = (length, photo) =>
    (photo ? null : SIZES.find((size) => length <= size)) ?? Math.ceil(length / STEP) * STEP;

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  function counted(bytes) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    return joined(length, bytes);
  }

  function padded(fields, photo) {
    const plain = joined(counted(bytesOf(JSON.stringify(fields))), counted(photo));
    return joined(plain, new Uint8Array(sizeFor(plain.length, photo.length > 0) - plain.length));
  }

  /** {body, answer}: the envelope, and the key that opens the door's answer to it and nothing else. */
  async function close(fields, photo, key) {
    const point = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    const door = await crypto.subtle.importKey("raw", point, CURVE, false, []);
    const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const mark = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: door }, ours.privateKey, 256);
    const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const derived = (purpose, use) =>
      crypto.subtle.deriveKey(
        { name: "HKDF", hash: "SHA-256", salt: joined(mark, point), info: bytesOf(purpose) },
        secret,
        { name: "AES-GCM", length: 256 },
        false, // no script can read it
        [use],
      );
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const head = joined([SHAPE], mark);
    const how = { name: "AES-GCM", iv: nonce, additionalData: head };
    const sealed = await crypto.subtle.encrypt(how, await derived("form report 1", "encrypt"), padded(fields, photo));
    return { body: joined(head, nonce, new Uint8Array(sealed)), answer: await derived("form answer 1", "decrypt") };
  }

  /** What the door answered; null when it was not the door. */
  async function read(answer, bytes) {
    try {
      const how = { name: "AES-GCM", iv: bytes.slice(0, NONCE) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, answer, bytes.slice(NONCE))));
    } catch {
      return null;
    }
  }

  return { close, read };
})();
