// The views of the report that index.html does not hold: single pages, pairs, the search.
//
// In: the part of the address behind #, and the scripts under data/, loaded when they are needed.
// Out: elements. Never: a string from a page as markup (all go through `el`, as text); a request
// to anywhere but the folder of this file; a word of the report that is not in words.js.
"use strict";

const waiting = new Map();

function piece(name, value) {
  waiting.get(name)?.done(value);
}

function load(name) {
  if (!waiting.has(name)) {
    const entry = {};
    entry.promise = new Promise((done, fail) => {
      entry.done = done;
      const script = document.createElement("script");
      script.src = `data/${name}.js`;
      script.onerror = () => fail(new Error(`data/${name}.js is missing. Run clean-corpus verify`));
      script.onload = () => script.remove();
      document.head.append(script);
    });
    waiting.set(name, entry);
  }
  return waiting.get(name).promise;
}

// ---- text and elements

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const STATUSES = ["article", "duplicate", "not-an-article", "aside"];

function clear(text) {
  return String(text).replace(HIDDEN, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

function blanks(text) {
  return clear(text).replace(/ /g, "␣").replace(/\u00a0/g, "⍽").replace(/\u3000/g, "□").replace(/\n/g, "↵\n");
}

function el(tag, attributes, ...children) {
  const svg = ["svg", "circle", "rect", "line", "polyline", "text"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  const shown = children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");
  node.append(...shown.map((child) => (child instanceof Node ? child : clear(child))));
  return node;
}

function link(hash, ...children) {
  return el("a", { href: `#${hash}` }, ...children);
}

function percent(share) {
  return `${(100 * share).toFixed(0)}%`;
}

function grid(heads, rows, classes = "", attributes = {}) {
  const cells = (row) => row.map((cell) => (cell instanceof Element && cell.tagName === "TD" ? cell : el("td", {}, cell)));
  return el("div", { class: "wide" }, el("table", { class: classes, ...attributes },
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", {}, head)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, cells(row))))));
}

// ---- the two languages

const HAN = /[\u3400-\u9fff]/;
const KEPT = "clean-corpus-language";
let language = "en";

// What is said for a key, as a list for `el`: values may be elements. Of two forms the first is for one.
function say(key, values = {}) {
  const [one, more = one] = WORDS.words[key][language].split("|");
  return (String(values.n) === "1" ? one : more).split(/\{(\w+)\}/).map((part, at) => (at % 2 ? values[part] : part));
}

function words(key, values) {
  return say(key, values).join("");
}

function code(family, name) {
  return `${family}-${name}` in WORDS.words ? words(`${family}-${name}`) : name;
}

// What the pipeline says in English, in the reader's language where the table has it.
function translated(kind, text, key = text) {
  const found = language === "zh" && Object.hasOwn(WORDS[kind], key) && WORDS[kind][key];
  return el("span", { lang: found || language === "en" ? undefined : "en" }, found || text);
}

function because(rule) {
  return translated("reasons", names.reasons[rule] ?? "", rule);
}

function whyKept(why) {
  return why.split(", then ").map((part, at) => [at > 0 && say("then"), translated("said", part)]);
}

// The attributes of an element that holds a string of a page.
function tongue(text) {
  return { lang: HAN.test(text) ? "zh" : undefined };
}

function many(key, count) {
  return words(key, { n: count });
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a browser may keep nothing for files
  }
}

function remember() {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // then the next page is in the language of the browser again
  }
}

// Say all that index.html says in the reader's language. English texts are kept beside what replaces them.
function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words(node.dataset.word, node.dataset);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words(node.dataset.label));
  for (const [kind, table] of [["said", "said"], ["rule", "reasons"], ["mend", "mends"]]) {
    for (const node of document.querySelectorAll(`[data-${kind}]`)) {
      node.dataset.english ??= node.textContent;
      const told = translated(table, node.dataset.english, node.dataset[kind]);
      node.textContent = told.textContent;
      node.lang = told.lang || document.documentElement.lang;
    }
  }
  for (const node of document.querySelectorAll("[data-bar]")) {
    const counts = node.dataset.bar.split(",").map((count, at) => `${count} ${code("status", STATUSES[at])}`);
    node.setAttribute("aria-label", counts.join(", "));
  }
  for (const node of document.querySelectorAll("[data-tongue]")) node.setAttribute("aria-pressed", node.dataset.tongue === language);
}

// ---- the index of all pages

const ROW = {
  id: 0, title: 1, raw: 2, status: 3, site: 4, month: 5, canonical: 6, members: 7,
  tables: 8, doubts: 9, dropped: 10, rules: 11, reason: 12, related: 13, differing: 14,
};
let names;
let index;
let places;
let pieces; // the file of each page, by its place

async function openIndex() {
  names ??= await load("names");
  if (index) return;
  const files = Math.ceil(names.pages / names.rows.index);
  index = (await Promise.all(Array.from({ length: files }, (_, n) => load(`index${n}`)))).flat();
  places = new Map();
  index.forEach((row, place) => { // one page may lie in raw/ twice: the copy kept speaks for both
    if (!places.has(row[ROW.id]) || row[ROW.status] === 0) places.set(row[ROW.id], place);
  });
  pieces = [...stretches()];
}

// Pages that stand in a row share a file, named by the first of them; which ones, their ids tell.
function* stretches() {
  const named = new Map();
  let name = "";
  let size = 0;
  for (const { [ROW.id]: id } of index) {
    if (size === 0) {
      const again = (named.get(id) ?? 0) + 1;
      named.set(id, again);
      name = `page-${id}${again > 1 ? `-${again}` : ""}`;
    }
    yield [name, size];
    size += 1;
    if (id.endsWith(names.rows.ends) || size === names.rows.page) size = 0;
  }
}

function rowOf(id) {
  return index[places.get(id)];
}

function nameOf(id) {
  const row = rowOf(id);
  return row ? row[ROW.title] || row[ROW.raw] : id;
}

function named(id, hash = `page=${id}`, name = nameOf(id)) {
  return el("bdi", tongue(name), link(hash, name));
}

async function pageOf(id) {
  const place = places.get(id);
  if (place === undefined) return undefined;
  const [name, at] = pieces[place];
  return (await load(name))[at];
}

// A pair is named by both its pages, and lies with others of the first.
async function matchOf(pair) {
  const [first, second] = pair.split("-");
  const bucket = parseInt(first.slice(0, 6), 16) >> (24 - names.bits);
  const row = (await load(`match-${bucket.toString(16)}`)).find((one) => one[0] === first && one[1] === second);
  if (!row) return undefined;
  const [a, b, relation, jaccard, aInB, bInA, figures, passages, differing] = row;
  return { pair, a, b, relation, jaccard, aInB, bInA, figures, passages, differing };
}

function pairOf(page, other, first) {
  return first ? `${page.id}-${other}` : `${other}-${page.id}`;
}

// ---- search

const HAVING = {
  related: ["with-related", (row) => row[ROW.related] > 0 || row[ROW.members] > 1 || row[ROW.canonical]],
  differing: ["with-differing", (row) => row[ROW.differing] > 0],
  tables: ["with-tables", (row) => row[ROW.tables] > 0],
  doubts: ["with-doubts", (row) => row[ROW.doubts] > 0],
};
const STEP = 100;

function found(wanted) {
  const words = (wanted.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const tests = words.map((word) => (row) => `${row[ROW.title]} ${row[ROW.raw]} ${row[ROW.id]}`.toLowerCase().includes(word));
  const [status, site, month, rule, having] = ["status", "site", "month", "rule", "having"].map((key) => wanted.get(key));
  if (status) tests.push((row) => STATUSES[row[ROW.status]] === status);
  if (site) tests.push((row) => row[ROW.site] === site);
  if (month) tests.push((row) => (row[ROW.month] || "-") === month);
  const number = Object.keys(names.reasons).indexOf(rule);
  if (rule) tests.push((row) => row[ROW.rules].includes(number < 0 ? rule : number));
  if (HAVING[having]) tests.push(HAVING[having][1]);
  return index.filter((row) => tests.every((test) => test(row)));
}

function choice(name, label, options, value) {
  const select = el("select", { name }, el("option", { value: "" }, say("any")),
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  return el("label", {}, say(label), " ", select);
}

async function showPages(wanted) {
  await openIndex();
  const sorted = (values) => [...values].sort().map((value) => [value, value]);
  const months = sorted(new Set(index.map((row) => row[ROW.month] || "-"))).reverse();
  const form = el("form", { role: "search" },
    el("label", { class: "words" }, say("words-asked"), el("input", { type: "search", name: "q", value: wanted.get("q") ?? "" })),
    choice("status", "status", STATUSES.map((name) => [name, code("status", name)]), wanted.get("status")),
    choice("site", "site", sorted(names.sites), wanted.get("site")),
    choice("month", "month", months, wanted.get("month")),
    choice("rule", "touched-by", sorted(names.rules), wanted.get("rule")),
    choice("having", "with", Object.entries(HAVING).map(([key, [text]]) => [key, words(text)]), wanted.get("having")));
  const count = el("p", { class: "note", role: "status" });
  const list = el("ol", { class: "pages" });
  const more = el("button", { type: "button" }, say("show-more"));
  let rows = [];
  const grow = () => {
    const from = list.children.length;
    list.append(...rows.slice(from, from + STEP).map(pageLine));
    more.hidden = list.children.length >= rows.length;
  };
  const search = () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    rows = found(asked);
    count.textContent = words("n-pages-of", { n: rows.length, all: index.length });
    list.replaceChildren();
    grow();
    history.replaceState(null, "", `#pages${asked.size ? `&${asked}` : ""}`);
  };
  form.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", grow);
  search();
  return [el("h1", {}, say("pages")), form, count, list, more];
}

// A reason is a code, for what was set aside or is another crawl, or the rule that says it is no article.
function reasonOf(status, reason) {
  if (status === "aside") return code("aside", reason);
  return reason in WORDS.words ? words(reason) : reason;
}

function pageLine(row) {
  const status = STATUSES[row[ROW.status]];
  const told = [
    row[ROW.month],
    row[ROW.reason] && reasonOf(status, row[ROW.reason]),
    row[ROW.dropped] > 0 && many("n-lines-out", row[ROW.dropped]),
    row[ROW.members] > 1 && link(`cluster=${row[ROW.id]}`, many("n-copies", row[ROW.members])),
    row[ROW.canonical] && link(`cluster=${row[ROW.canonical]}`, say("its-cluster")),
    row[ROW.related] > 0 && many("n-relatives", row[ROW.related]),
    row[ROW.differing] > 0 && el("b", { class: "aside" }, many("n-sentences-differ", row[ROW.differing])),
    row[ROW.tables] > 0 && many("n-tables", row[ROW.tables]),
    row[ROW.doubts] > 0 && el("b", { class: "doubt" }, many("n-doubtful", row[ROW.doubts])),
  ].filter(Boolean);
  return el("li", {}, el("span", { class: `tag ${status}` }, code("status", status)), " ", named(row[ROW.id], `page=${row[ROW.id]}`, row[ROW.title] || row[ROW.raw]),
    el("small", { class: "path" }, row[ROW.raw], told.map((part) => [" · ", part])));
}

// ---- one page

const COLOURS = 6;

// Blocks as stretches { before, after, rules }, with every change carried out on them in order.
function carryOut(blocks, changes) {
  const texts = blocks.map((block) => (block[3] ? [{ before: block[3], after: block[3], rules: [] }] : []));
  const size = (stretches) => stretches.reduce((sum, one) => sum + one.after.length, 0);
  const points = (text, count) => { // changes count code points, as Python does
    let at = 0;
    for (; count > 0 && at < text.length; count -= 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
    return at;
  };
  for (const [block, rule, start, before, after] of changes) {
    const first = texts[block].map((one) => one.after).join("");
    const begin = points(first, start);
    const end = begin + before.length;
    let stretches = texts[block];
    for (let next = block + 1; size(stretches) < end && next < texts.length; next += 1) {
      if (size(texts[next])) {
        stretches = [...stretches, { before: "\n", after: "\n", rules: [] }, ...texts[next]];
        texts[next] = [];
      }
    }
    texts[block] = replaced(stretches, begin, end, after, rule);
  }
  return texts;
}

function replaced(stretches, begin, end, after, rule) {
  const head = [];
  const tail = [];
  const hit = { before: "", after, rules: [rule] };
  let at = 0;
  for (const one of stretches) {
    const from = at;
    at += one.after.length;
    if (at <= begin && !(at === begin && one.after === "" && from === begin && begin === end)) head.push(one);
    else if (from >= end && !(from === begin && begin === end && one.after === "")) tail.push(one);
    else {
      const left = Math.max(0, begin - from);
      const right = Math.max(0, at - end);
      if (!one.rules.length) {
        if (left) head.push({ before: one.before.slice(0, left), after: one.after.slice(0, left), rules: [] });
        hit.before += one.before.slice(left, one.before.length - right);
        if (right) tail.push({ before: one.before.slice(-right), after: one.after.slice(-right), rules: [] });
      } else {
        hit.before += one.before;
        hit.after = one.after.slice(0, left) + hit.after + (right ? one.after.slice(-right) : "");
        hit.rules = [...new Set([...one.rules, ...hit.rules])];
      }
    }
  }
  return [...head, hit, ...tail];
}

const whys = new WeakMap();

function mark(tag, text, rules, page, what) {
  const node = el(tag, { class: `c${rules[0] % COLOURS}`, tabindex: -1, "data-why": true }, text);
  whys.set(node, { rules: rules.map((rule) => page.rules[rule]), what });
  return node;
}

function sides(stretches, page) {
  const raw = stretches.map((one) => (one.rules.length && one.before !== one.after
    ? one.before && mark("del", blanks(one.before), one.rules, page, one)
    : one.before));
  const cleaned = stretches.map((one) => (one.rules.length && one.before !== one.after
    ? one.after && mark("ins", one.after, one.rules, page, one)
    : one.after));
  return [raw, cleaned];
}

function textOf(page) {
  const texts = carryOut(page.blocks, page.changes);
  let joined = false;
  const rows = page.blocks.map(([line, kind, rule, raw, cut], place) => {
    const stretches = texts[place];
    const rest = cut && el("small", {}, many("n-characters-more", cut));
    const number = el("span", { class: "line" }, line || "");
    if (rule >= 0) {
      const gone = mark("del", raw, [rule], page, { before: raw, after: "" });
      return raw && el("div", { class: "row dropped" }, number, el("div", { class: "raw" }, gone, rest), el("div", { class: "clean" }));
    }
    joined = raw !== "" && stretches.length === 0;
    if (joined || !raw) return "";
    const [before, after] = sides(stretches, page);
    const same = stretches.every((one) => one.before === one.after);
    const text = stretches.map((one) => one.after).join("");
    return el("div", { class: `row ${kind} ${same ? "same" : "changed"}` }, number, el("div", { class: "raw" }, before, rest),
      el("div", { class: "clean", "data-text": text ? true : false }, after, rest?.cloneNode(true)));
  });
  return el("div", { class: "text" },
    el("div", { class: "row heads" }, el("span", { class: "line" }, say("line")), el("div", { class: "raw", "data-narrow": words("below-cleaned") }, say("raw")), el("div", { class: "clean" }, say("cleaned"))), rows,
    page.more > 0 && el("p", { class: "note" }, say("n-lines-more", { n: page.more, raw: page.raw })));
}

// What each rule did to this page, with the lines it took: the answer to "what was dropped, and why".
function deedsOf(page) {
  const taken = new Map();
  const changed = new Map();
  for (const block of page.blocks) {
    if (block[2] >= 0 && block[3]) taken.set(block[2], [...(taken.get(block[2]) ?? []), block]);
  }
  for (const change of page.changes) changed.set(change[1], [...(changed.get(change[1]) ?? []), change]);
  const deed = (rule, count, examples) => el("li", {},
    el("span", { class: `chip c${rule % COLOURS}` }), el("b", {}, page.rules[rule]), ` ${count}${words("full-stop")} `, because(page.rules[rule]), examples);
  const drops = [...taken].map(([rule, blocks]) => deed(rule, many("n-lines", blocks.length),
    el("ul", {}, blocks.slice(0, 3).map(([line, , , text]) => el("li", {}, el("small", {}, say("line-n", { line })), el("del", { class: `c${rule % COLOURS}`, ...tongue(text) }, text.slice(0, 80), text.length > 80 && "…"))),
      blocks.length > 3 && el("li", {}, el("small", {}, many("more-struck", blocks.length - 3))))));
  const respelled = [...changed].map(([rule, changes]) => deed(rule, many("n-times", changes.length),
    el("small", {}, say("such-as"), el("del", {}, blanks(changes[0][3].slice(0, 20))), " → ", el("ins", {}, blanks(changes[0][4].slice(0, 20)) || say("nothing")))));
  const lines = [...taken.values()].reduce((sum, blocks) => sum + blocks.length, 0);
  return [
    el("h2", {}, lines ? many("n-lines-out", lines) : say("nothing-out")),
    el("ul", { class: "deeds" }, drops),
    respelled.length === 0 ? el("p", { class: "note" }, say("nothing-respelled"))
      : el("details", { open: respelled.length <= 3 }, el("summary", {}, say("n-respelled", { n: page.changes.length, rules: many("n-rules", changed.size) })),
        el("ul", { class: "deeds" }, respelled)),
  ];
}

const OPPOSITE = { contains: "contained", contained: "contains" };

function relativesOf(page) {
  if (!page.related.length) return [];
  const rows = page.related.map(([other, relation, first, differing]) => el("li", {},
    say(`is-${first ? relation : OPPOSITE[relation] ?? relation}`, { one: words("this-page"), other: named(other) }),
    " ", el("small", {}, link(`pair=${pairOf(page, other, first)}`, say("side-by-side")), differing > 0 && [" · ", el("b", { class: "aside" }, many("n-sentences-differ", differing))])));
  return [el("h2", {}, say("relatives")), el("ul", {}, rows)];
}

function factsOf(page) {
  const rows = (page.facts ?? []).map(([field, value, rule, line, text]) => [
    el("dt", {}, code("field", field)), el("dd", {}, el("span", tongue(value), value), " ",
      el("small", {}, rule, line > 0 && say("at-line", { line }), ": ", el("span", tongue(text), text)))]);
  const url = /^https?:\/\//.test(page.url ?? "") ? el("a", { href: page.url, rel: "noopener noreferrer" }, page.url) : page.url;
  return el("dl", { class: "facts" },
    el("dt", {}, say("in-raw")), el("dd", {}, page.raw), el("dt", {}, say("page")), el("dd", {}, page.id),
    url && [el("dt", {}, say("field-url")), el("dd", {}, url)],
    page.text && [el("dt", {}, say("text")), el("dd", {}, el("a", { href: `../${page.text}` }, page.text))],
    page.reason && [el("dt", {}, say("reason")), el("dd", {}, reasonOf(page.status, page.reason), ": ", because(page.reason), messageOf(page))],
    rows);
}

// What to do with a page that was set aside; the English says more of this very page.
function messageOf(page) {
  return page.message && [translated("mends", "", page.reason), " ", el("span", { lang: "en" }, page.message)];
}

function tableOf(table, number) {
  const doubts = new Map(table.doubts.map((doubt) => [`${doubt[0]},${doubt[1]}`, doubt]));
  const cell = (text, row, column) => {
    const doubt = doubts.get(`${row},${column}`);
    if (!doubt) return el("td", {}, text);
    const [, , , others, why, sure] = doubt;
    return el("td", { class: "doubt", title: translated("said", why).textContent }, el("b", {}, text || say("empty")),
      el("small", {}, say("share-sure", { share: percent(sure) }), others.map((other) => [say("or-else"), el("i", {}, translated("said", other))])));
  };
  const rows = table.rows.map((row, at) => row.map((text, column) => cell(text, at, column)));
  return el("section", { class: "table", id: `table${number}` },
    el("h3", {}, table.caption ? el("span", tongue(table.caption), table.caption) : say("no-title"), " ",
      el("small", {}, many("n-rows", table.rows.length + table.more), table.doubts.length > 0 && [", ", el("b", { class: "doubt" }, many("n-doubtful", table.doubts.length))])),
    grid(table.header, rows, "", tongue(table.header.join(""))),
    table.more > 0 && el("p", { class: "note" }, say("n-rows-more", { n: table.more, file: table.file })),
    table.notes.map((note) => el("p", { class: "note", ...tongue(note) }, note)),
    table.doubts.length > 0 && el("ul", { class: "doubts" }, table.doubts.map(([row, column, chosen, others, why, sure]) => el("li", {},
      say("row", { n: row + 1 }), el("span", tongue(table.header[column]), table.header[column]), ": ", el("b", tongue(chosen), chosen || say("empty")),
      others.map((other) => [say("or"), el("i", tongue(other), translated("said", other))]), " ", el("small", {}, say("sure", { share: percent(sure) }), translated("said", why))))),
    table.plots.length > 0 && [key(), el("div", { class: "plots" }, table.plots.map(plotOf))]);
}

async function showPage(wanted) {
  await openIndex();
  const page = await pageOf(wanted.get("page"));
  if (!page) return [el("h1", {}, say("no-page")), el("p", {}, say("no-page-note", { id: wanted.get("page") }))];
  const tables = (page.tables ?? []).map((table, at) => tableOf(table, at + 1));
  const box = el("input", { type: "checkbox" });
  const text = page.blocks ? textOf(page) : "";
  box.addEventListener("change", () => text.classList.toggle("touched", box.checked));
  return [
    el("h1", {}, el("span", { class: `tag ${page.status}` }, code("status", page.status)), " ", el("bdi", tongue(page.title ?? ""), page.title || page.raw)),
    el("p", { class: "note" }, [page.raw, tables.length > 0 && [" · ", link(`page=${page.id}&table=1`, many("n-tables", tables.length))]]),
    page.message && el("p", { class: "pair" }, el("b", {}, code("aside", page.reason)), " ", messageOf(page)),
    page.members.length > 1 && el("p", {}, say("kept-of", { n: page.members.length, why: whyKept(page.why) }), link(`cluster=${page.id}`, say("all-of-these"))),
    page.canonical && page.canonical !== page.id && el("p", {}, say("copy-of", { relation: code("relation", page.relation), other: named(page.canonical) }), link(`cluster=${page.canonical}`, say("all-copies"))),
    page.reason && !page.message && el("p", { class: "pair" }, el("b", {}, reasonOf(page.status, page.reason)), " ", because(page.reason)),
    relativesOf(page),
    page.blocks?.length > 0 && deedsOf(page),
    el("details", {}, el("summary", {}, say("of-itself")), factsOf(page)),
    page.blocks?.length > 0 && [el("h2", {}, say("raw-and-cleaned")),
      el("p", { class: "note keys" }, el("label", {}, box, say("only-touched")), el("br"), say("keys")), text],
    tables.length > 0 && [el("h2", {}, say("tables")), tables],
    page.refused?.length > 0 && [el("h2", {}, say("tables-refused")),
      el("ul", { class: "doubts" }, page.refused.map(([line, text, why]) => el("li", {}, el("span", tongue(text), text), el("small", {}, say("refused-line", { line, why: translated("said", why) })))))],
  ];
}

// ---- pairs and clusters

// The sentence with the figures marked that the other side does not have.
function figured(sentence, own, other) {
  const parts = [];
  let rest = sentence;
  for (const figure of own.filter((one) => !other.includes(one))) {
    const at = rest.indexOf(figure);
    if (at < 0) continue;
    parts.push(rest.slice(0, at), el("mark", {}, figure));
    rest = rest.slice(at + figure.length);
  }
  return [...parts, rest];
}

function differences(match) {
  const rows = match.differing.map(([a, b, ours, theirs]) => [
    el("td", tongue(a), el("b", {}, ours.join(" ")), el("br"), figured(a, ours, theirs)),
    el("td", tongue(b), el("b", {}, theirs.join(" ")), el("br"), figured(b, theirs, ours))]);
  return grid([named(match.a), named(match.b)], rows, "halves");
}

function shared(match) {
  return [el("h2", {}, say("passages")), match.passages.length === 0 && el("p", { class: "note" }, say("no-passages")),
    match.passages.map((passage) => el("blockquote", tongue(passage), passage.slice(0, 600), passage.length > 600 && "…"))];
}

async function showPair(wanted) {
  await openIndex();
  const pair = wanted.get("pair");
  const known = pair.split("-").map(rowOf);
  if (known.length !== 2 || !known.every((row) => row?.[ROW.related])) return [el("h1", {}, say("no-pair"))];
  const match = await matchOf(pair);
  if (!match) return [el("h1", {}, say("no-pair"))];
  const rows = [match.a, match.b].map((id) => rowOf(id));
  return [
    el("h1", {}, say("pair-heading")),
    el("p", {}, say(`is-${match.relation}`, { one: named(match.a), other: named(match.b) }), say("full-stop")),
    el("p", { class: "note" }, rows[0][ROW.raw], say("and"), rows[1][ROW.raw]),
    el("h2", {}, say(match.differing.length ? "figures-differ" : "no-figure-differs")),
    match.differing.length > 0 && differences(match),
    shared(match),
    el("h2", {}, say("how-alike")),
    grid([say("first-in-second"), say("second-in-first"), say("jaccard-both"), say("figures-agree")],
      [[percent(match.aInB), percent(match.bInA), percent(match.jaccard), percent(match.figures)]]),
  ];
}

async function showCluster(wanted) {
  await openIndex();
  const page = await pageOf(wanted.get("cluster"));
  if (!page) return [el("h1", {}, say("no-cluster"))];
  const matches = await Promise.all(page.related.map(([other, , first]) => matchOf(pairOf(page, other, first))));
  const related = new Map(matches.map((match) => [match.a === page.id ? match.b : match.a, match]));
  const line = (id) => {
    const row = rowOf(id);
    const match = related.get(id);
    const relation = match && (match.a === id ? match.relation : OPPOSITE[match.relation] ?? match.relation);
    return [named(id),
      id === page.id ? say("copy-kept") : relation ? code("relation", relation) : say("by-another"),
      match ? percent(match.figures) : "", match ? percent(match.jaccard) : "", match ? link(`pair=${match.pair}`, say("side-by-side")) : "",
      el("td", { class: "month" }, row[ROW.month]), row[ROW.site], el("td", { class: "path" }, row[ROW.raw])];
  };
  const heads = [say("page"), say("to-the-kept"), say("figures-agree"), "Jaccard", "", say("month"), say("site"), say("in-raw")];
  const linked = [...related.keys()].filter((id) => !page.members.includes(id));
  const differing = matches.filter((match) => match.differing.length);
  const closest = matches.find((match) => page.members.includes(match.a) && page.members.includes(match.b)) ?? matches[0];
  return [
    el("h1", {}, el("bdi", tongue(page.title ?? ""), page.title || page.raw)),
    el("p", {}, page.members.length > 1 ? say("carried-by", { n: page.members.length }) : say("carried-by-one"), el("b", {}, whyKept(page.why)), say("full-stop")),
    el("h2", {}, say("figures-differ")),
    differing.length === 0 && el("p", { class: "note" }, say("none-related")), differing.map(differences),
    el("h2", {}, say("members")), grid(heads, page.members.map(line)),
    linked.length > 0 && [el("h2", {}, say("linked")), grid(heads, linked.map(line))],
    closest && shared(closest),
  ];
}

// ---- plots

function key() {
  return el("p", { class: "note" }, say("key-of-plots"));
}

function plotOf(plot) {
  const shape = ([role, colour, x, y]) => (role === "actual"
    ? el("rect", { class: `mark actual c${colour}`, x: x - 4, y: y - 4, width: 8, height: 8 })
    : el("circle", { class: `mark ${role} c${colour}`, cx: x, cy: y, r: 4 }));
  const told = plot.told.replace(/ (base|target|actual) /g, (_, role) => ` ${code("role", role)} `);
  const unit = plot.unit && !plot.name.includes(plot.unit) && el("small", {}, ` ${plot.unit}`);
  return el("figure", {}, el("figcaption", tongue(plot.name), plot.name, unit),
    el("svg", { class: "plot", viewBox: "0 0 340 170", role: "img", "aria-label": clear(`${plot.name} ${plot.unit}: ${told}`) },
      plot.years.map(([x, year], at) => [el("line", { class: "year", x1: x, y1: 8, x2: x, y2: 150 }),
        el("text", { class: "year", x, y: 166, "text-anchor": at ? "middle" : "start" }, year)]),
      plot.lines.map(([role, colour, points]) => el("polyline", { class: `${role} c${colour}`, points })),
      plot.marks.map((one) => [one[3] !== one[4] && el("line", { class: `range c${one[1]}`, x1: one[2], y1: one[3], x2: one[2], y2: one[4] }), shape(one),
        one[5] > 0 && el("text", { x: one[2] + 8, y: one[5] }, one[6].length > 16 ? `${one[6].slice(0, 15)}…` : one[6])])),
    plot.documents && el("ul", { class: "series" }, plot.documents.map((title, at) => el("li", {}, el("span", { class: `c${Math.min(at, COLOURS - 1)}` }, "●"), " ", el("bdi", tongue(title), title)))));
}

async function showIndicators() {
  const plots = await load("indicators");
  return [el("h1", {}, say("indicators-heading")), el("p", { class: "note" }, say("indicators-note")),
    key(), el("div", { class: "plots" }, plots.map(plotOf))];
}

// ---- which view, and the reasons of what is pointed at

const VIEWS = { pages: showPages, page: showPage, pair: showPair, cluster: showCluster, indicators: showIndicators };

let seeking = false; // whether the reader asked for the search by its key

async function route() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const show = VIEWS[wanted.keys().next().value];
  const [view, overview] = [document.getElementById("view"), document.getElementById("main")];
  tell();
  if (show) {
    const hash = location.hash;
    const nodes = await show(wanted).catch((error) => [el("h1", {}, say("cannot-show")), el("p", {}, error.message)]);
    if (hash.split("&")[0] !== location.hash.split("&")[0]) return; // the reader went on meanwhile
    view.replaceChildren(...el("div", {}, nodes).childNodes);
  }
  view.hidden = !show;
  overview.hidden = Boolean(show);
  const place = show ? document.getElementById(`table${wanted.get("table")}`) : document.getElementById(location.hash.slice(1));
  if (place) place.scrollIntoView();
  else scrollTo(0, 0);
  if (seeking) document.querySelector("#view input[type=search]")?.focus();
  seeking = false;
  document.body.dataset.ready = location.hash || "#";
}

function tell(node) {
  const panel = document.getElementById("why");
  const known = whys.get(node);
  panel.hidden = !known;
  if (!known) return;
  const { rules, what } = known;
  panel.replaceChildren(...el("div", {},
    rules.map((rule) => el("p", {}, el("b", {}, rule), " ", because(rule))),
    el("p", { class: "note" }, what.after ? [el("del", {}, blanks(what.before.slice(0, 80)) || say("nothing")), " → ", el("ins", {}, blanks(what.after.slice(0, 80)))]
      : [say("taken-out"), blanks(what.before.slice(0, 80))])).childNodes);
}

function step(by) {
  const marks = [...document.querySelectorAll("#view [data-why]")].filter((node) => node.checkVisibility());
  if (!marks.length) return;
  const at = marks.indexOf(document.activeElement);
  const next = marks[at < 0 ? (by > 0 ? 0 : marks.length - 1) : (at + by + marks.length) % marks.length];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return tell();
  if (event.target.matches("input, select")) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
  if (event.key === "/") {
    event.preventDefault();
    const box = document.querySelector("#view input[type=search]");
    if (box) box.focus();
    else {
      seeking = true;
      location.hash = "pages";
    }
  }
});
for (const kind of ["pointerover", "focusin", "click"]) {
  document.addEventListener(kind, (event) => {
    const node = event.target.closest?.("[data-why]");
    if (node) tell(node);
    else if (kind === "click") tell();
  });
}
for (const button of document.querySelectorAll("[data-tongue]")) {
  button.addEventListener("click", () => {
    language = button.dataset.tongue;
    remember();
    speak();
    route();
  });
}
addEventListener("hashchange", route);
document.querySelector(".tongues").hidden = false;
language = remembered() === "zh" || (remembered() === null && /^zh/.test(navigator.language)) ? "zh" : "en";
if (language !== "en") speak();
route();
