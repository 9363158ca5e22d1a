# One line an architecture: seed name = clang target | ld.lld emulation | musl's folder | GNU triplet of linux-libc-dev |
# gcc's folder | further compiler flags. ld.lld 14 knows no s390x: that one takes GNU ld (LD_s390x).
ARCH_amd64   = x86_64-linux-musl       elf_x86_64        x86_64-linux-musl      x86_64-linux-gnu      x86_64-linux-gnu      -mno-sse
ARCH_x86     = i686-linux-musl         elf_i386          i386-linux-musl        i386-linux-gnu        i686-linux-gnu
ARCH_armhf   = armv7-linux-musleabihf  armelf_linux_eabi arm-linux-musleabihf   arm-linux-gnueabihf   arm-linux-gnueabihf   -mfpu=vfpv3-d16 -mthumb
ARCH_aarch64 = aarch64-linux-musl      aarch64linux      aarch64-linux-musl     aarch64-linux-gnu     aarch64-linux-gnu
ARCH_riscv64 = riscv64-linux-musl      elf64lriscv       riscv64-linux-musl     riscv64-linux-gnu     riscv64-linux-gnu     -march=rv64gc -mabi=lp64d -mno-relax
ARCH_ppc64le = powerpc64le-linux-musl  elf64lppc         powerpc64le-linux-musl powerpc64le-linux-gnu powerpc64le-linux-gnu -mlong-double-64
ARCH_s390x   = s390x-linux-musl        elf64_s390        s390x-linux-musl       s390x-linux-gnu       s390x-linux-gnu
LD_s390x     = s390x-linux-gnu-ld
LTO_s390x    =
# Its code generator for link-time optimization forgets the floating-point ABI in the ELF header (e_flags).
LTO_riscv64  =

# Where 64 KB are the limit: a function costs more inlined than called, and like ends of functions are shared.
LTOLD_amd64  = -mllvm -inline-threshold=0 -mllvm -enable-machine-outliner=always
LTOLD        = $(LTOLD_$(ARCH))
