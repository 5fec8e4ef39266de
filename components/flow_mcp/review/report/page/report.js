"use strict";
// The search and the filters read the rendered page. Without this script the page shows everything.
(() => {
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const choices = { kind: document.getElementById("kind"), risk: document.getElementById("risk") };
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const articles = [...document.querySelectorAll("#list > article")];
  const details = (article) => article.firstElementChild;
  let texts = null;

  // Only names, IDs and addresses are searched, not the labels around them.
  const text = (article) =>
    [...article.querySelectorAll("h3, code, tbody th, svg text")].map((part) => part.textContent).join("\n").toLowerCase();

  function filter() {
    texts ??= articles.map(text);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const flags = boxes.filter((box) => box.checked).map((box) => box.value);
    let shown = 0;
    articles.forEach((article, index) => {
      const { kind, risk, flags: ownFlags } = article.dataset;
      const matches =
        (!choices.kind.value || choices.kind.value === kind) &&
        ["", risk, ["none", "refused"].includes(risk) ? "" : "violated"].includes(choices.risk.value) &&
        flags.every((flag) => ownFlags.split(" ").includes(flag)) &&
        words.every((word) => texts[index].includes(word));
      if (article.hidden === matches) article.hidden = !matches;
      shown += matches;
    });
    document.getElementById("shown").value = `${shown} of ${articles.length} tenants`;
    document.getElementById("nothing").hidden = shown > 0;
  }

  function filterOnly(name) {
    form.reset();
    const box = boxes.find((candidate) => candidate.value === name);
    if (box) box.checked = true;
    else choices.risk.value = name;
    filter();
  }

  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || target.parentElement.id !== "list") return;
    if (target.hidden) filterOnly("");
    details(target).open = true;
    target.scrollIntoView();
    details(target).firstElementChild.focus({ preventScroll: true });
  }

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("article:not([hidden]) > details:not([open])")];
    for (const disclosure of closed) disclosure.open = true;
  });
  addEventListener("afterprint", () => {
    for (const disclosure of closed) disclosure.open = false;
  });
  addEventListener("hashchange", open);
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  document.getElementById("unfold").addEventListener("click", () => {
    for (const article of articles) if (!article.hidden) details(article).open = true;
  });
  document.getElementById("fold").addEventListener("click", () => {
    for (const article of articles) details(article).open = false;
  });
  for (const link of document.querySelectorAll("a[data-filter]")) {
    link.addEventListener("click", () => filterOnly(link.dataset.filter));
  }
  form.hidden = false;
  filter();
  open();
})();
