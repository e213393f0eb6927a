/* What stands in a document, painted on a canvas: plotly's vector pictures, its scenes, and the words above and in them. */

import { facesRead, fontRules } from "../chart/saved.js";

export class Painter {
  constructor(ctx, view) {
    this.ctx = ctx;
    this.view = view;
    this.kept = new Map();
  }

  async load() {
    /* A vector picture that is drawn as an image sees no font of the page: the typeface goes into it. */
    this.fonts = `<style>${await fontRules()}</style>`;
    await facesRead();
  }

  /* Everything inside an element, in the order of the document. */
  async paint(element) {
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) this.write(node);
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const style = this.view.getComputedStyle(node);
      if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") continue;
      const name = node.tagName.toLowerCase();
      if (name === "svg") await this.draw(node);
      else if (name === "canvas") this.copy(node);
      else await this.paint(node);
    }
  }

  copy(canvas) {
    const at = canvas.getBoundingClientRect();
    if (at.width && at.height) this.ctx.drawImage(canvas, at.left, at.top, at.width, at.height);
  }

  async draw(svg) {
    const at = svg.getBoundingClientRect();
    if (!at.width || !at.height || !svg.querySelector("path, text, image, rect, circle, line")) return;
    const image = await this.pictureOf(svg, at);
    this.ctx.drawImage(image, at.left, at.top, at.width, at.height);
  }

  /* What has not changed since the frame before is not drawn anew. */
  async pictureOf(svg, at) {
    const text = this.textOf(svg, at);
    const known = this.kept.get(svg);
    if (known?.text === text) return known.image;
    const image = new Image();
    const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    try {
      image.src = address;
      await image.decode();
    } finally {
      URL.revokeObjectURL(address);
    }
    this.kept.set(svg, { text, image });
    return image;
  }

  textOf(svg, at) {
    const copy = svg.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", at.width);
    copy.setAttribute("height", at.height);
    const classes = [...svg.querySelectorAll("[class^=lab-]")];
    [...copy.querySelectorAll("[class^=lab-]")].forEach((one, k) => {
      const { fill, stroke, strokeWidth } = this.view.getComputedStyle(classes[k]);
      one.setAttribute("style", `fill:${fill};stroke:${stroke};stroke-width:${strokeWidth}`);
    });
    /* plotly names its clips by the document's address, which the image does not have. */
    const text = new XMLSerializer().serializeToString(copy).replaceAll(/url\((&quot;|'|")?[^)#]*#/g, "url($1#");
    return svg.querySelector("text") ? text.replace(/^<svg[^>]*>/, (open) => open + this.fonts) : text;
  }

  /* Words are written one by one, where the browser has put them. */
  write(node) {
    if (!node.textContent.trim()) return;
    const style = this.view.getComputedStyle(node.parentElement);
    const { ctx } = this;
    ctx.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ctx.measureText("x");
    const range = node.ownerDocument.createRange();
    for (const word of node.textContent.matchAll(/\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const at = range.getBoundingClientRect();
      const baseline = at.top + (at.height + up - down) / 2;
      if (style.textShadow !== "none") {
        Object.assign(ctx, { lineWidth: 4, lineJoin: "round", strokeStyle: this.paper });
        ctx.strokeText(word[0], at.left, baseline);
      }
      ctx.fillStyle = style.color;
      ctx.fillText(word[0], at.left, baseline);
    }
  }
}
