#include "../lib/script.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness.h"

static void parsed(const char *head, enum script_fault fault, const char *interpreter)
{
	struct script_report r;
	script_parse(head, strlen(head), &r);
	CHECK_NUMBER(r.fault, fault);
	CHECK_TEXT(r.interpreter, interpreter);
}

TEST(script_first_lines)
{
	parsed("#!/bin/sh\necho\n", SCRIPT_OK, "/bin/sh");
	parsed("#! \t/usr/bin/env sh -x\n", SCRIPT_OK, "/usr/bin/env");
	parsed("#!/bin/sh", SCRIPT_OK, "/bin/sh");
	parsed("\177ELF....", SCRIPT_OK, "");
	parsed("", SCRIPT_EMPTY, "");
	parsed("echo hi\n", SCRIPT_NO_INTERPRETER_LINE, "");
	parsed("#", SCRIPT_NO_INTERPRETER_LINE, "");
	parsed(" #!/bin/sh\n", SCRIPT_NO_INTERPRETER_LINE, "");
	parsed("#!\n", SCRIPT_BAD_INTERPRETER_LINE, "");
	parsed("#!   ", SCRIPT_BAD_INTERPRETER_LINE, "");
	parsed("#!/bin/sh\r\necho\r\n", SCRIPT_CRLF, "/bin/sh");
	parsed("#!/bin/sh -e\r\n", SCRIPT_CRLF, "/bin/sh");
	parsed("#!\r\n", SCRIPT_BAD_INTERPRETER_LINE, "");
	parsed("#!/bin/sh\necho\r\n", SCRIPT_OK, "/bin/sh");
	parsed("\357\273\277#!/bin/sh\n", SCRIPT_BOM, "");
}

static void checked(const char *folder, const char *text, unsigned int mode, enum script_fault fault, const char *message)
{
	struct script_report r;
	char memory[600];
	struct buf b;
	const char *path = harness_file(folder, "script", text, mode);
	CHECK_NUMBER(script_check_at(AT_FDCWD, path, &r), fault);
	buf_init(&b, memory, sizeof memory);
	script_message(&r, &b);
	CHECK_TEXT(b.s, message);
}

TEST(scripts_in_a_folder)
{
	const char *d = harness_folder();
	checked(d, "#!/bin/sh\n", 0755, SCRIPT_OK, "");
	checked(d, "#!/bin/sh\n", 0644, SCRIPT_NOT_EXECUTABLE, "is not executable: chmod +x it");
	checked(d, "", 0755, SCRIPT_EMPTY, "is empty");
	checked(d, "echo\n", 0755, SCRIPT_NO_INTERPRETER_LINE,
	        "has no #! line: its first line must name an interpreter, such as #!/bin/sh");
	checked(d, "#!/nosuch/bash\n", 0644, SCRIPT_NO_INTERPRETER,
	        "needs the interpreter /nosuch/bash, which is not in this image");
	checked(d, "#!/etc/passwd\n", 0755, SCRIPT_INTERPRETER_NOT_EXECUTABLE,
	        "needs the interpreter /etc/passwd, which is not executable");
	checked(d, "#!/etc\n", 0755, SCRIPT_INTERPRETER_NOT_EXECUTABLE, "needs the interpreter /etc, which is not executable");
	checked(d, "#!/bin/sh\r\n", 0755, SCRIPT_CRLF,
	        "has Windows line ends (CR LF), so its interpreter is taken for \"/bin/sh\\r\": convert it, as with dos2unix");
}

TEST(scripts_that_are_no_files)
{
	const char *d = harness_folder();
	struct script_report r;
	int fd = open(d, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(mkdirat(fd, "folder", 0755) == 0);
	CHECK(mkfifoat(fd, "fifo", 0755) == 0);
	CHECK(symlinkat("nowhere", fd, "dangling") == 0);
	CHECK_NUMBER(script_check_at(fd, "folder", &r), SCRIPT_NOT_FILE);
	CHECK_NUMBER(script_check_at(fd, "fifo", &r), SCRIPT_NOT_FILE); /* and doesn't hang */
	CHECK_NUMBER(script_check_at(fd, "dangling", &r), SCRIPT_MISSING);
	CHECK_NUMBER(script_check_at(fd, "nosuch", &r), SCRIPT_MISSING);
	CHECK(close(fd) == 0);
}
