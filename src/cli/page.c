#include "cli/page.h"
#include "cli/terminal.h"
#include "hyperlist/version.h"

#include <ctype.h>
#include <string.h>

enum { INDENT = 2, COLUMN = 22, LEAST_WIDTH = 40, USUAL_WIDTH = 80, MOST_WIDTH = 100 };

struct page page_for_terminal(FILE *file) {
  const struct cli_terminal terminal = cli_find_terminal(file);
  const size_t width = terminal.is_one ? terminal.width : USUAL_WIDTH;
  return (struct page){.file = file,
                       .width = width < LEAST_WIDTH  ? LEAST_WIDTH
                                : width < MOST_WIDTH ? width
                                                     : MOST_WIDTH};
}

/* ---- A manual page's source ---- */

/* Text as roff takes it: a backslash begins an escape, a plain hyphen may become a dash, a dot or quote at
 * the beginning of a line a request. */
static void put_roff(FILE *file, const char *text, size_t n) {
  bool is_begin = true;
  for (size_t i = 0; i < n; i++) {
    if (is_begin && (text[i] == '.' || text[i] == '\'')) fputs("\\&", file);
    is_begin = text[i] == '\n';
    switch (text[i]) {
    case '\\':
      fputs("\\e", file);
      break;
    case '-':
      fputs("\\-", file);
      break;
    case '~':
      fputs("\\(ti", file);
      break;
    case '^':
      fputs("\\(ha", file);
      break;
    case '`':
      fputs("\\(ga", file);
      break;
    case '\'':
      fputs("\\(aq", file);
      break;
    default:
      putc(text[i], file);
    }
  }
}

/* Parts a block from the one before it. */
static void put_break(struct page *page) {
  if (!page->is_fresh) fputs(".PP\n", page->file);
  page->is_fresh = false;
}

static void put_line(FILE *file, const char *text) {
  put_roff(file, text, strlen(text));
  putc('\n', file);
}

static void put_upper(FILE *file, const char *text) {
  for (; *text != '\0'; text++) putc(toupper((unsigned char)*text), file);
}

/* ---- Filled lines ---- */

/* Puts words, each line from `indent` on and no wider than the page; `column` is where the line has come to.
 */
static void put_filled(struct page *page, const char *text, size_t n, size_t indent, size_t column) {
  const char *end = text + n;
  bool is_first = true;
  while (text < end) {
    text += strspn(text, " \n");
    const size_t length = text < end ? strcspn(text, " \n") : 0;
    const size_t word = length < (size_t)(end - text) ? length : (size_t)(end - text);
    if (word == 0) break;
    if (!is_first && column + 1 + word > page->width) {
      fprintf(page->file, "\n%*s", (int)indent, "");
      column = indent;
    } else if (!is_first) {
      putc(' ', page->file);
      column++;
    }
    fwrite(text, 1, word, page->file);
    column += word;
    text += word;
    is_first = false;
  }
  putc('\n', page->file);
}

/* ---- Parts of a page ---- */

void page_title(struct page *page, const char *name, const char *section, const char *summary) {
  if (!page->is_man) return;
  fputs(".TH ", page->file);
  put_upper(page->file, name);
  fprintf(page->file,
          " %s \"" HL_VERSION_DATE "\" \"hyperlist " HL_VERSION_STRING
          "\" \"hyperlist manual\"\n.nh\n.ad l\n.SH NAME\n",
          section);
  put_roff(page->file, name, strlen(name));
  fputs(" \\- ", page->file);
  put_line(page->file, summary);
}

void page_chapter(struct page *page, const char *heading) {
  page->is_fresh = true;
  if (page->is_man) {
    fputs(".SH ", page->file);
    put_upper(page->file, heading);
    putc('\n', page->file);
  } else {
    fprintf(page->file, "\n%s:\n", heading);
  }
}

void page_part(struct page *page, const char *heading) {
  page->is_fresh = true;
  if (page->is_man) {
    fprintf(page->file, ".SS %s\n", heading);
  } else {
    page_chapter(page, heading);
  }
}

/* The words of "-q, --quiet" that begin with a hyphen are bold, the others slanted; a term without such is
 * bold. */
static void put_term(FILE *file, const char *term, size_t n) {
  const bool has_option = term[0] == '-';
  for (const char *end = term + n; term < end;) {
    size_t n_word = strcspn(term, " ");
    if (n_word > (size_t)(end - term)) n_word = (size_t)(end - term);
    fputs(!has_option || term[0] == '-' ? "\\fB" : "\\fI", file);
    put_roff(file, term, n_word);
    fputs("\\fR", file);
    term += n_word;
    if (term < end) putc(*term++, file);
  }
  putc('\n', file);
}

static void put_item(struct page *page, const char *term, size_t n_term, const char *text, size_t n) {
  page->is_fresh = false;
  if (page->is_man) {
    fputs(".TP\n", page->file);
    put_term(page->file, term, n_term);
    put_roff(page->file, text, n);
    putc('\n', page->file);
    return;
  }
  size_t column = INDENT + n_term;
  fprintf(page->file, "%*s%.*s", INDENT, "", (int)n_term, term);
  if (column + INDENT > COLUMN) {
    putc('\n', page->file);
    column = 0;
  }
  fprintf(page->file, "%*s", (int)(COLUMN - column), "");
  put_filled(page, text, n, COLUMN, COLUMN);
}

void page_item(struct page *page, const char *term, const char *text) {
  put_item(page, term, strlen(term), text, strlen(text));
}

void page_code(struct page *page, const char *line) {
  if (page->is_man) {
    put_break(page);
    fputs(".RS 4\n.nf\n", page->file);
    put_line(page->file, line);
    fputs(".fi\n.RE\n", page->file);
  } else {
    fprintf(page->file, "%*s%s\n", INDENT, "", line);
  }
}

static void put_lines(struct page *page, const char *block, size_t n) {
  if (page->is_man) {
    put_break(page);
    fputs(".nf\n", page->file);
    put_roff(page->file, block, n);
    fputs("\n.fi\n", page->file);
  } else {
    fwrite(block, 1, n, page->file);
    putc('\n', page->file);
  }
}

static void put_paragraph(struct page *page, const char *block, size_t n) {
  if (page->is_man) {
    put_break(page);
    put_roff(page->file, block, n);
    putc('\n', page->file);
  } else {
    put_filled(page, block, n, 0, 0);
  }
}

static void put_block(struct page *page, const char *block, size_t n) {
  const size_t n_line = strcspn(block, "\n");
  if (strncmp(block, "  ", 2) == 0) {
    put_lines(page, block, n);
  } else if (strncmp(block, "@ ", 2) == 0) {
    put_item(page, block + 2, n_line - 2, block + n_line + 1, n - n_line - 1);
  } else {
    put_paragraph(page, block, n);
  }
}

void page_text(struct page *page, const char *blocks) {
  bool was_item = false;
  for (const char *block = blocks, *end; *block != '\0'; block = end + strspn(end, "\n")) {
    end = strstr(block, "\n\n");
    if (end == NULL) end = block + strlen(block);
    const bool is_item = block[0] == '@';
    if (!page->is_man && block != blocks && !(is_item && was_item)) putc('\n', page->file);
    put_block(page, block, (size_t)(end - block));
    was_item = is_item;
  }
}
