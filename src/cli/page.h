/* Pages for people: the same calls write lines for a terminal or the source of a manual page. */
#ifndef HL_CLI_PAGE_H
#define HL_CLI_PAGE_H

#include <stdbool.h>
#include <stdio.h>

struct page {
  FILE *file;
  bool is_man;   /* man(7) source, which man, groff and mandoc read */
  size_t width;  /* of the terminal */
  bool is_fresh; /* a heading came last: a manual page has no paragraph to part from */
};

/* A line for a terminal in `file`: as wide as that is, 80 elsewhere; 40 to 100. */
struct page page_for_terminal(FILE *file);

/* "hyperlist-learn", "1", "learns ...": a manual page's head; nothing on a terminal. */
void page_title(struct page *page, const char *name, const char *section, const char *summary);

/* Chapters, and in a manual page's OPTIONS its parts. */
void page_chapter(struct page *page, const char *heading);
void page_part(struct page *page, const char *heading);

/* "--set SET" and what it is, which begins in its own column. The first word of the term is printed bold on a
 * manual page, others are what the user chooses. */
void page_item(struct page *page, const char *term, const char *text);

/* One line that is to be taken as it is, indented. */
void page_code(struct page *page, const char *line);

/* Several blocks, with an empty line between two: a block of lines that begin with two blanks is taken as it
 * is; a block that begins with "@ TERM\n" is an item; any other is a paragraph, filled anew. */
void page_text(struct page *page, const char *blocks);

#endif
