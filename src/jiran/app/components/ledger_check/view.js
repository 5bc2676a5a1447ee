// The check of receipts and ledgers on a page of the dashboard: no file that is dropped here leaves the browser.

import { checkFile } from "../../../ledger/check_ledger.js";

const NOT_HERE = { sound: false, said: "This browser checks nothing over plain http: open the dashboard on this machine, or over https." };

class LedgerCheck {
  constructor(root) {
    this.el = Object.fromEntries([...root.querySelectorAll("[data-el]")].map((e) => [e.dataset.el, e]));
    this.data = {};
    this.file = null;
    this.listeners = new AbortController();
    const on = (element, name, what) => element.addEventListener(name, what, { signal: this.listeners.signal });
    for (const name of ["key", "anchor"]) on(this.el[name], "input", () => this.all());
    on(this.el.file, "change", () => this.take(this.el.file.files));
    const drop = root.querySelector(".lc-drop");
    on(drop, "dragover", (event) => event.preventDefault());
    on(drop, "drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
  }

  update(data) {
    if (data.key !== this.data.key) this.el.key.value = data.key;
    this.data = data;
    return this.all();
  }

  take(files) {
    [this.file = null] = files;
    return this.all();
  }

  all() {
    const own = this.data.text ? new TextEncoder().encode(this.data.text) : null;
    return Promise.all([this.say(this.el.own, own, this.data.about, this.data.key), this.sayFile()]);
  }

  async sayFile() {
    const bytes = this.file ? await this.file.arrayBuffer() : null;
    await this.say(this.el.said, bytes, this.file?.name, this.el.key.value.trim().toLowerCase(), this.el.anchor.value.trim().toLowerCase());
  }

  async say(element, bytes, about, key, anchor = "") {
    element.hidden = bytes === null;
    if (bytes === null) return;
    const found = globalThis.crypto?.subtle ? await checkFile(bytes, key, anchor) : NOT_HERE;
    element.classList.toggle("lc-sound", found.sound);
    element.classList.toggle("lc-fault", !found.sound);
    element.textContent = `${about}: ${found.said}`;
  }
}

const shown = new WeakMap();

export default function mount({ parentElement, data }) {
  const root = parentElement.querySelector(".lc");
  if (!shown.has(root)) shown.set(root, new LedgerCheck(root));
  const view = shown.get(root);
  view.update(data);
  return () => {
    view.listeners.abort();
    shown.delete(root);
  };
}
