// Draws a photo anew on this phone: smaller, and without a word about where, when or with what it was taken.
"use strict";

self.photo = (() => {
  const SIDE = 1600; // pixels
  const MOST = 10 * 1024 * 1024; // bytes of what is chosen
  const WISHED = 500 * 1024; // bytes of what is sent
  const QUALITIES = [0.8, 0.65, 0.5];

  /** The file as a fresh JPEG, shown on the canvas. Fails when it is no picture, or too large a one. */
  async function drawn(file, canvas) {
    if (file.size > MOST) throw new Error("too large");
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    let fresh = null;
    for (const quality of QUALITIES) {
      fresh = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (fresh.size <= WISHED) break;
    }
    return new Uint8Array(await fresh.arrayBuffer());
  }

  return { drawn };
})();
