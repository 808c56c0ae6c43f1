/* A tokenizer of the XML that gnuplot writes, no more: elements, quoted attributes, text, comments, a prolog.
 * What is written is built of tokens that were understood, never copied as a whole. */
#include "report/svg.h"
#include "base/error.h"
#include "base/memory.h"
#include "report/html.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 64 };

static const char *const elements[] = {"svg",
                                       "g",
                                       "defs",
                                       "path",
                                       "circle",
                                       "ellipse",
                                       "rect",
                                       "line",
                                       "polygon",
                                       "polyline",
                                       "text",
                                       "tspan",
                                       "use",
                                       "symbol",
                                       "marker",
                                       "clipPath",
                                       "pattern",
                                       "mask",
                                       "stop",
                                       "linearGradient",
                                       "radialGradient",
                                       "filter",
                                       "feFlood",
                                       "feComposite",
                                       "image",
                                       NULL};
/* Read over with all that is in them: a browser would show the first as a tooltip. */
static const char *const dropped[] = {"title", "desc", "metadata", NULL};
static const char *const attributes[] = {"id",
                                         "x",
                                         "y",
                                         "x1",
                                         "x2",
                                         "y1",
                                         "y2",
                                         "cx",
                                         "cy",
                                         "r",
                                         "rx",
                                         "ry",
                                         "d",
                                         "dx",
                                         "dy",
                                         "points",
                                         "width",
                                         "height",
                                         "viewBox",
                                         "transform",
                                         "color",
                                         "fill",
                                         "fill-opacity",
                                         "fill-rule",
                                         "stroke",
                                         "stroke-width",
                                         "stroke-opacity",
                                         "stroke-dasharray",
                                         "stroke-dashoffset",
                                         "stroke-linecap",
                                         "stroke-linejoin",
                                         "stroke-miterlimit",
                                         "opacity",
                                         "font-family",
                                         "font-size",
                                         "font-style",
                                         "font-weight",
                                         "text-anchor",
                                         "dominant-baseline",
                                         "baseline-shift",
                                         "shape-rendering",
                                         "clip-path",
                                         "clip-rule",
                                         "mask",
                                         "marker-start",
                                         "marker-mid",
                                         "marker-end",
                                         "offset",
                                         "stop-color",
                                         "stop-opacity",
                                         "gradientUnits",
                                         "gradientTransform",
                                         "patternUnits",
                                         "patternTransform",
                                         "patternContentUnits",
                                         "markerWidth",
                                         "markerHeight",
                                         "refX",
                                         "refY",
                                         "orient",
                                         "preserveAspectRatio",
                                         "filter",
                                         "filterUnits",
                                         "flood-color",
                                         "flood-opacity",
                                         "result",
                                         "in",
                                         "in2",
                                         "operator",
                                         "href",
                                         NULL};

struct svg {
  const char *name, *at, *prefix, *label;
  FILE *file;
  size_t depth, drop_depth; /* drop_depth: of the element that is read over; 0: none */
  char open[MOST_DEPTH][32];
};

static bool is_among(const char *const *names, const char *name, size_t n) {
  for (; *names != NULL; names++) {
    if (strlen(*names) == n && strncmp(*names, name, n) == 0) return true;
  }
  return false;
}

static hl_status fail(const struct svg *svg, const char *what) {
  return hl_fail(HL_INVALID, "%s: found %s, expected a plain drawing", svg->name, what);
}

/* Skips to behind `end`. */
static hl_status skip_past(struct svg *svg, const char *end) {
  const char *found = strstr(svg->at, end);
  if (found == NULL) return fail(svg, "markup without an end");
  svg->at = found + strlen(end);
  return HL_OK;
}

static size_t name_length(const char *at) {
  return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-.");
}

/* ---- Text and values: references to characters are the only ones ---- */

static const struct {
  const char *name, *text;
} entities[] = {{"&amp;", "&"},   {"&lt;", "<"},   {"&gt;", ">"},
                {"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}};

/* Decodes text[n] into *copy. */
static hl_status decode(const struct svg *svg, const char *text, size_t n, char **copy) {
  const hl_status status = hl_new_array(n + 1, 1, copy);
  if (status != HL_OK) return status;
  char *to = *copy;
  for (size_t i = 0; i < n;) {
    size_t e = 0;
    if (text[i] != '&') {
      *to++ = text[i] == '\n' || text[i] == '\t' || text[i] == '\r' ? ' ' : text[i];
      i++;
      continue;
    }
    while (e < sizeof entities / sizeof entities[0] &&
           strncmp(text + i, entities[e].name, strlen(entities[e].name)) != 0)
      e++;
    if (e == sizeof entities / sizeof entities[0]) return fail(svg, "an unknown character reference");
    *to++ = *entities[e].text;
    i += strlen(entities[e].name);
  }
  *to = '\0';
  return HL_OK;
}

/* ---- Attributes ---- */

/* Is it a picture in dots that is there in full? gnuplot draws colour maps so. */
static bool is_embedded(const char *value) {
  static const char begins[] = "data:image/png;base64,";
  const size_t n = strlen(begins);
  return strncmp(value, begins, n) == 0 &&
         value[n + strspn(value + n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/= ")] ==
             '\0';
}

/* Values are read as CSS, where functions fetch things under many names and spellings (URL(..), u\72l(..),
 * image-set(..)): none but these passes. */
static bool has_plain_functions(const char *value) {
  static const char *const functions[] = {"url",       "rgb",   "rgba",   "hsl",   "hsla",  "matrix",
                                          "translate", "scale", "rotate", "skewX", "skewY", NULL};
  if (strchr(value, '\\') != NULL) return false;
  for (const char *at = value; (at = strchr(at, '(')) != NULL; at++) {
    const char *name = at;
    while (name > value && name_length(name - 1) > (size_t)(at - name)) name--;
    if (!is_among(functions, name, (size_t)(at - name))) return false;
  }
  return true;
}

/* Writes an attribute if it is known and stays inside the picture. */
static void write_attribute(const struct svg *svg, const char *name, size_t n, const char *value) {
  if (n > 6 && strncmp(name, "xlink:", 6) == 0) name += 6, n -= 6;
  if (!is_among(attributes, name, n)) return;
  const bool is_id = n == 2 && strncmp(name, "id", 2) == 0, is_href = n == 4 && strncmp(name, "href", 4) == 0;
  const bool is_image = strcmp(svg->open[svg->depth - 1], "image") == 0;
  const char *url = strstr(value, "url(");
  if (is_href && (is_image ? !is_embedded(value) : *value != '#')) return;
  if (url != NULL && (url != value || value[4] != '#' || strstr(value + 4, "url(") != NULL)) return;
  if (!has_plain_functions(value)) return;
  fprintf(svg->file, " %.*s=\"", (int)n, name);
  if (is_id) fprintf(svg->file, "%s-", svg->prefix);
  if (is_href && !is_image) fprintf(svg->file, "#%s-", svg->prefix);
  if (url != NULL) fprintf(svg->file, "url(#%s-", svg->prefix);
  hl_html_text(svg->file, value + (is_href && !is_image ? 1 : url != NULL ? 5 : 0));
  putc('"', svg->file);
}

static hl_status read_attribute(struct svg *svg) {
  hl_status status = HL_OK;
  char *value = NULL;
  const char blanks[] = " \t\r\n", *name = svg->at;
  const size_t n = name_length(name);
  svg->at += n;
  svg->at += strspn(svg->at, blanks);
  if (n == 0 || *svg->at != '=') return fail(svg, "a malformed attribute");
  svg->at++;
  svg->at += strspn(svg->at, blanks);
  const char quote = *svg->at;
  if (quote != '"' && quote != '\'') return fail(svg, "an attribute without quotes");
  const char *start = ++svg->at, *end = strchr(start, quote);
  if (end == NULL) return fail(svg, "an attribute without an end");
  TRY(decode(svg, start, (size_t)(end - start), &value));
  if (svg->drop_depth == 0) write_attribute(svg, name, n, value);
  svg->at = end + 1;
out:
  free(value);
  return status;
}

/* ---- Elements ---- */

static hl_status begin_element(struct svg *svg, const char *name, size_t n) {
  char what[80];
  if (svg->depth == 0 && !(n == 3 && strncmp(name, "svg", 3) == 0)) return fail(svg, "no <svg>");
  if (svg->depth + 1 >= MOST_DEPTH || n >= sizeof svg->open[0]) return fail(svg, "markup too deep");
  memcpy(svg->open[svg->depth], name, n);
  svg->open[svg->depth++][n] = '\0';
  if (svg->drop_depth > 0) return HL_OK;
  if (is_among(dropped, name, n)) {
    svg->drop_depth = svg->depth;
  } else if (!is_among(elements, name, n)) {
    snprintf(what, sizeof what, "<%.*s>", (int)n, name);
    return fail(svg, what);
  } else {
    fprintf(svg->file, "<%.*s", (int)n, name);
  }
  if (svg->depth == 1) {
    fputs(" role=\"img\" aria-label=\"", svg->file);
    hl_html_text(svg->file, svg->label);
    putc('"', svg->file);
  }
  return HL_OK;
}

static void end_element(struct svg *svg) {
  svg->depth--;
  if (svg->drop_depth == 0) fprintf(svg->file, "</%s>", svg->open[svg->depth]);
  if (svg->drop_depth > svg->depth) svg->drop_depth = 0;
}

static hl_status read_start(struct svg *svg) {
  hl_status status = HL_OK;
  const char *name = ++svg->at;
  const size_t n = name_length(name);
  if (n == 0) FAIL(HL_INVALID, "%s: found a stray '<', expected an element", svg->name);
  TRY(begin_element(svg, name, n));
  svg->at += n;
  svg->at += strspn(svg->at, " \t\r\n");
  while (*svg->at != '>' && *svg->at != '/') {
    TRY(read_attribute(svg));
    svg->at += strspn(svg->at, " \t\r\n");
  }
  if (svg->drop_depth == 0) putc('>', svg->file);
  if (*svg->at == '/') {
    if (*++svg->at != '>') return fail(svg, "a stray '/'");
    end_element(svg);
  }
  svg->at++;
out:
  return status;
}

static hl_status read_end(struct svg *svg) {
  const char *name = svg->at + 2;
  const size_t n = name_length(name);
  if (svg->depth == 0 || strlen(svg->open[svg->depth - 1]) != n ||
      strncmp(svg->open[svg->depth - 1], name, n) != 0) {
    return fail(svg, "an end tag without its element");
  }
  end_element(svg);
  svg->at = name + n;
  return skip_past(svg, ">");
}

static hl_status read_text(struct svg *svg) {
  char *text = NULL;
  const size_t n = strcspn(svg->at, "<");
  const hl_status status = decode(svg, svg->at, n, &text);
  if (status == HL_OK && svg->drop_depth == 0 && svg->depth > 0) {
    const bool is_text =
        strcmp(svg->open[svg->depth - 1], "tspan") == 0 || strcmp(svg->open[svg->depth - 1], "text") == 0;
    if (is_text) hl_html_text(svg->file, text);
  }
  free(text);
  svg->at += n;
  return status;
}

static hl_status read_all(struct svg *svg) {
  hl_status status = HL_OK;
  bool is_over = false;
  while (*svg->at != '\0' && status == HL_OK) {
    if (*svg->at != '<') {
      status = read_text(svg);
    } else if (strncmp(svg->at, "<!--", 4) == 0) {
      status = skip_past(svg, "-->");
    } else if (svg->at[1] == '?') {
      status = skip_past(svg, "?>");
    } else if (svg->at[1] == '!') {
      status = strncmp(svg->at, "<!DOCTYPE", 9) == 0 && svg->depth == 0 ? skip_past(svg, ">")
                                                                        : fail(svg, "a declaration");
    } else if (is_over) {
      status = fail(svg, "a second element");
    } else {
      status = svg->at[1] == '/' ? read_end(svg) : read_start(svg);
      is_over = status == HL_OK && svg->depth == 0;
    }
  }
  return status == HL_OK && !is_over ? fail(svg, "no whole <svg>") : status;
}

hl_status hl_svg_inline(const char *name, const char *text, const char *prefix, const char *label,
                        char **inlined) {
  size_t n;
  struct svg svg = {.name = name, .at = text, .prefix = prefix, .label = label};
  *inlined = NULL;
  errno = 0; /* a stream that could not grow forgets it, but malloc leaves a mark */
  svg.file = open_memstream(inlined, &n);
  if (svg.file == NULL) return hl_fail_memory();
  hl_status status = read_all(&svg);
  if ((fclose(svg.file) != 0 || errno == ENOMEM) && status == HL_OK) status = hl_fail_memory();
  if (status != HL_OK) {
    free(*inlined);
    *inlined = NULL;
  }
  return status;
}
