// Kreiswatt's console script: opens the menu on narrow screens, keeps live parts fresh, and
// follows long operations to their end. Every page works without it.
"use strict";

function menu() {
  const button = document.querySelector(".menu-button");
  const list = document.getElementById("menu");
  if (!button || !list) return;
  const set = (open) => {
    list.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!list.classList.contains("open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && list.classList.contains("open")) {
      set(false);
      button.focus();
    }
  });
}

// The server sends {"id": element id, "html": the element, rendered anew}. Only what differs is
// touched, so that focus, selection and scrolling stay where they are.
function swap(part) {
  const old = document.getElementById(part.id);
  if (!old) return;
  const template = document.createElement("template");
  template.innerHTML = part.html;
  const fresh = template.content.firstElementChild;
  if (fresh) morph(old, fresh);
}

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    morphAttributes(old, fresh);
    morphChildren(old, fresh);
  } else if (old.data !== fresh.data) {
    old.data = fresh.data;
    highlight(old.parentElement);
  }
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function morphChildren(old, fresh) {
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, index) => (index < before.length ? morph(before[index], node) : old.append(node)));
  before.slice(after.length).forEach((node) => node.remove());
}

function highlight(element) {
  const changed = element.closest("[data-flash]");
  if (!changed) return;
  changed.classList.remove("fresh");
  void changed.offsetWidth;
  changed.classList.add("fresh");
}

function live() {
  const mark = document.querySelector("[data-live-from]");
  if (!mark) return;
  const say = (state) => {
    if (mark.dataset.live === state) return;
    mark.dataset.live = state;
    mark.querySelector(".live-text").textContent = mark.dataset[state];
  };
  const source = new EventSource(mark.dataset.liveFrom);
  source.addEventListener("open", () => say("on"));
  source.addEventListener("part", (event) => swap(JSON.parse(event.data)));
  source.addEventListener("signed-out", () => {
    source.close();
    say("lost");
    location.reload();
  });
  source.addEventListener("error", () => {
    say("lost");
    // The browser tries again by itself unless the answer was no stream at all: signed out, or an error page.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

// What goes on: its part of the page is fetched anew each second, or as seldom as it says, until it has ended;
// parts marked `data-polled` are kept fresh along with it.
function poll() {
  const running = document.querySelector("[data-poll]");
  if (!running) return;
  setTimeout(async () => {
    if (document.hidden) return poll();
    try {
      const answer = await fetch(running.dataset.poll, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById(running.id)) return location.reload(); // signed out meanwhile
      for (const part of document.querySelectorAll("[data-poll], [data-polled]")) {
        const fresh = page.getElementById(part.id);
        if (fresh) morph(part, fresh);
      }
    } catch {
      // The service cannot be reached at the moment; the next try may reach it.
    }
    poll();
  }, 1000 * (running.dataset.every || 1));
}

// One box that ticks all of its name; without this script it is not shown.
function checkAll() {
  for (const box of document.querySelectorAll("[data-check-all]")) {
    const all = () => box.form.querySelectorAll(`[name="${box.dataset.checkAll}"]`);
    box.addEventListener("change", () => all().forEach((each) => (each.checked = box.checked)));
    box.closest("[hidden]").hidden = false;
  }
}

function problems() {
  const summary = document.getElementById("problems");
  if (summary) summary.focus();
}

menu();
live();
poll();
checkAll();
problems();
