#include "../lib/import.h"

#include <string.h>
#include "harness.h"

/* Translates words (NULL-terminated) and compares with want, both joined by |. */
static void check(const char *const *words, const char *want)
{
	char *argv[40];
	char *out[81];
	char copy[40][80];
	char got[2000] = "";
	size_t n = 0;
	for (; words[n]; n++) {
		strcpy(copy[n], words[n]);
		argv[n] = copy[n];
	}
	argv[n] = NULL;
	size_t count = import_translate_block(argv, out);
	for (size_t i = 0; out[i]; i++) {
		strcat(got, out[i]);
		strcat(got, "|");
		count--;
	}
	CHECK_NUMBER((long long)count, 0);
	CHECK_TEXT(got, want);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* cont-init.d/02-confd-onetime of the seed, as execlineb hands it over */
TEST(import_of_the_seed)
{
	check(WORDS(" import", " -u", " -D0", " UID", " import", " -u", " -D0", " GID", " import", " -u", " CONFD_PREFIX",
	            " define", " CONFD_CHECK_CMD", " /usr/sbin/nginx -t -c {{ .src }}", "", "confd", "--prefix=${CONFD_PREFIX}"),
	      " importas| -u| -D0| UID| UID| importas| -u| -D0| GID| GID| importas| -u| CONFD_PREFIX| CONFD_PREFIX|"
	      " define| CONFD_CHECK_CMD| /usr/sbin/nginx -t -c {{ .src }}||confd|--prefix=${CONFD_PREFIX}|");
}

TEST(import_options)
{
	check(WORDS(" import", " -sCd", " :", " -D", " import", " V", "", "p"), " importas| -sCd| :| -D| import| V| V||p|");
	check(WORDS(" import", " -nd:", " --", " -V", "", "p"), " importas| -nd:| --| -V| -V||p|");
	check(WORDS(" import", " -i", " ?", "", "p"), " importas| -i| ?| ?||p|");
}

TEST(the_word_import_elsewhere)
{
	check(WORDS(" define", " import", " import", " import", " A", "", "import"),
	      " define| import| import| importas| A| A||import|");
	check(WORDS(" importas", " -u", " import", " B", " import", " A", ""), " importas| -u| import| B| importas| A| A||");
	check(WORDS(" importas", " -S", " X", " import", " A", ""), " importas| -S| X| importas| A| A||");
	check(WORDS(" elglob", " -0", " f", " *", " elgetpositionals", " -P", " 3", " import", " A", ""),
	      " elglob| -0| f| *| elgetpositionals| -P| 3| importas| A| A||");
	check(WORDS(" multidefine", " -d:", " a:b", "  import", "  B", " ", " import", " A", ""),
	      " multidefine| -d:| a:b|  import|  B| | importas| A| A||");
}

TEST(blocks_that_are_wrong_stay_as_they_are)
{
	check(WORDS(" import", ""), " import||");
	check(WORDS(" import", " -x", " A", "", "p"), " import| -x| A||p|");
	check(WORDS(" import", " -D"), " import| -D|");
	check(WORDS(" nosuch", " import", " A", "", "p"), " nosuch| import| A||p|");
	check(WORDS("prog"), "prog|");
	check(WORDS(" multidefine", " v", "  a", ""), " multidefine| v|  a||");
	char *none[] = {NULL};
	char *out[1];
	CHECK_NUMBER((long long)import_translate_block(none, out), 0);
}
