/*
 * The smallest PV guest that stays: it sleeps for ever in SCHEDOP_poll. Twenty of them fit where
 * one Linux does, and they take no time to boot.
 */
#define BASE 0xffffffff80000000
        .section .note.Xen, "a", @note
        .macro note type, content:vararg
        .align 4
        .long 4, 2f - 1f, \type
        .asciz "Xen"
1:      \content
2:      .align 4
        .endm
        note 1, .quad start             /* XEN_ELFNOTE_ENTRY */
        note 3, .quad BASE              /* XEN_ELFNOTE_VIRT_BASE */
        note 4, .quad BASE              /* XEN_ELFNOTE_PADDR_OFFSET: as the program headers have it */
        note 5, .asciz "xen-3.0"        /* XEN_ELFNOTE_XEN_VERSION */
        note 6, .asciz "idle"           /* XEN_ELFNOTE_GUEST_OS */
        note 8, .asciz "generic"        /* XEN_ELFNOTE_LOADER */

        .text
        .globl start
start:  mov $29, %eax                   /* __HYPERVISOR_sched_op */
        mov $3, %edi                    /* SCHEDOP_poll: of no port, without a timeout */
        lea poll(%rip), %rsi
        syscall
        jmp start
        .data
        .align 8
poll:   .quad 0, 0, 0
