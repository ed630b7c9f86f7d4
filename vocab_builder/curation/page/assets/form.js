// The dialog for decisions that need more than a key: rename, merge, note and the like.

import { ask } from "./api.js";
import { Combobox } from "./combobox.js";
import { byId, capital, el, quoted } from "./dom.js";
import { effects } from "./view.js";

const PAUSE = 350;

// Action -> what its field is called, whether it holds a label that is there already.
const FIELDS = {
  rename: ["New label", false],
  merge: ["Merge into", true],
  note: ["Note", false],
  definition: ["Definition", false],
  broader: ["Broader concept", true],
  related: ["Related concept", true],
};
const TITLES = { rename: "Rename", merge: "Merge", note: "Add to" };
const NOTES = ["note", "definition", "broader", "related"];

export class DecisionForm {
  // save(action, to, reason) is a promise of true where it was saved, or of what went wrong.
  constructor(save) {
    this.save = save;
    this.timer = 0;
    this.asked = null;
    this.labels = new Combobox(byId("form-to"), byId("form-hits"), {
      choose: (hit) => {
        byId("form-to").value = hit.of ?? hit.label;
        this.preview();
      },
      wanted: () => FIELDS[this.action][1],
    });
    byId("form-kind").append(...NOTES.map((kind) => el("option", { value: kind }, FIELDS[kind][0])));
    byId("form-kind").addEventListener("change", () => this.name(byId("form-kind").value));
    byId("form-to").addEventListener("input", () => this.preview());
    byId("form-cancel").addEventListener("click", () => byId("form").close());
    byId("form-body").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    byId("form").addEventListener("close", () => this.labels.close());
  }

  open(action, label, reason) {
    this.label = label;
    byId("form-title").textContent = `${TITLES[action]} ${quoted(label)}`;
    byId("kind-field").hidden = action !== "note";
    byId("form-kind").value = "note";
    byId("form-to").value = action === "rename" ? label : "";
    byId("form-reason").value = reason;
    byId("form-error").textContent = "";
    this.name(action);
    byId("form").showModal();
    byId("form-to").focus();
    byId("form-to").select();
  }

  name(action) {
    this.action = action;
    const [field, known] = FIELDS[action];
    byId("to-label").textContent = field;
    const input = byId("form-to");
    if (known) {
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-controls", "form-hits");
      input.setAttribute("aria-autocomplete", "list");
    } else {
      for (const attribute of ["role", "aria-expanded", "aria-controls", "aria-autocomplete"]) input.removeAttribute(attribute);
    }
    this.preview();
  }

  // Only these change what is in the vocabulary.
  preview() {
    clearTimeout(this.timer);
    this.asked?.abort();
    byId("form-effects").replaceChildren();
    const to = byId("form-to").value.trim();
    if (!to || to === this.label || !["rename", "merge"].includes(this.action)) return;
    this.timer = setTimeout(async () => {
      this.asked = new AbortController();
      const query = { label: this.label, action: this.action, to };
      const given = await ask("effects", query, this.asked.signal).catch(() => null);
      if (given && byId("form-to").value.trim() === to) byId("form-effects").replaceChildren(effects(given));
    }, PAUSE);
  }

  async submit() {
    const to = byId("form-to").value.trim();
    const field = FIELDS[this.action][0];
    if (!to) {
      byId("form-error").textContent = `${capital(field)} is empty: write it, or cancel.`;
      byId("form-to").focus();
      return;
    }
    byId("form-save").disabled = true;
    const failure = await this.save(this.action, to, byId("form-reason").value.trim());
    byId("form-save").disabled = false;
    if (failure === null) byId("form").close();
    else byId("form-error").textContent = `Not saved. ${failure}`;
  }
}
