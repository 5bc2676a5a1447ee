// Elements of the page. Names can come from uploads, so they only ever become text, never markup.

export const node = (tag, text, parent) => {
  const el = parent.appendChild(document.createElement(tag));
  if (text !== undefined) el.textContent = text;
  return el;
};
export const named = (element, words) => element.setAttribute("aria-label", words);

/** Give a canvas the pixels that its place on the page has, and say how big that is. */
export const fit = (canvas) => {
  const { width, height } = canvas.getBoundingClientRect();
  const sharp = Math.min(devicePixelRatio || 1, 2); // sharper than 2 is not seen, only paid for
  Object.assign(canvas, { width: Math.round(width * sharp), height: Math.round(height * sharp) });
  canvas.getContext("2d").setTransform(sharp, 0, 0, sharp, 0, 0);
  return { width, height };
};
