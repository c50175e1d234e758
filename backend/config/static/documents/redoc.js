// Redoc shows a logo that it would fetch from its maker's server: here pictures come from this server only.
"use strict";

const isOwn = (address) => new URL(address, location.href).origin === location.origin;
const { setAttribute } = HTMLImageElement.prototype;

// What is no picture makes Redoc take the logo away.
HTMLImageElement.prototype.setAttribute = function (name, value) {
  setAttribute.call(this, name, name !== "src" || isOwn(value) ? value : "data:,");
};
Object.defineProperty(HTMLImageElement.prototype, "src", {
  get() { return this.getAttribute("src"); },
  set(value) { this.setAttribute("src", value); },
});
