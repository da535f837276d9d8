/** The page's icons, drawn as strokes on a 20 × 20 grid. They are decoration: the button round them carries the label. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13.5M3 12.5h13.5",
  home: "M3 9.5 10 3.5l7 6M5 8.5V16.5h10V8.5M8.5 16.5v-4.5h3v4.5",
  chat: "M3.5 4.5h13v9.5h-7l-3.5 3v-3h-2.5z",
  plane: "M3 9.8 17 3.5l-4 13.5-3.3-5.5zM9.7 11.5 17 3.5",
  bolt: "M11 2.5 4.5 11.5h4.5l-1 6 7-9.5h-4.5z",
  clip: "M15.5 9.5l-5.6 5.6a3.3 3.3 0 0 1-4.7-4.7l6-6a2.2 2.2 0 0 1 3.1 3.1l-5.7 5.7a1 1 0 0 1-1.5-1.5l5.2-5.2",
  send: "M3.5 16.5 17 10 3.5 3.5 5.5 10zM5.5 10H11",
  dots: "M10 4.5v.01M10 10v.01M10 15.5v.01",
  reply: "M3.5 4.5h13v9h-6.5l-3.5 3v-3h-3zM7 8h6M7 10.5h4",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  external: "M8 4.5H4.5v11h11V12M11.5 4h4.5v4.5M16 4 9.5 10.5",
  globe:
    "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c2.4 2 3.2 4.5 3.2 7s-.8 5-3.2 7c-2.4-2-3.2-4.5-3.2-7S7.6 5 10 3z",
  down: "M10 4v12M5 11l5 5 5-5",
  back: "M12 4.5 6.5 10l5.5 5.5",
  file: "M5 2.5h6.5L15 6v11.5H5zM11 2.5V6.5h4",
  image: "M3.5 4h13v12h-13zM4 14l4-4.5 3 3 2-2 3.5 3.5M13 7.5v.01",
  edit: "M4 16l.8-3.5L13.5 3.8l2.7 2.7L7.5 15.2zM11.5 5.8l2.7 2.7",
  trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5 6.3 17h7.4l.8-11.5M8.5 8.5v5.5M11.5 8.5v5.5",
  warning: "M10 3 18 16.5H2zM10 8v4M10 14.2v.01",
  check: "M4 10.5l4 4 8-9",
  plus: "M10 4v12M4 10h12",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name @param {string} [extra] a further class */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${name} ${extra}`.trim());
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
