"""Mutation testing: tells whether a test fails when the code is wrong.

Small faults are put into a module, one at a time, and the tests that run the
faulty line are run.  A fault that no test notices has survived: a test is
missing, or the fault changes nothing.  ``docs/security/mutation.md`` has the
result and the reason for each survivor; decision 0032 has why this is ours.

    operators      which faults there are: statements, expressions, lua
    places         where one is put
    targets        which modules, and which tests hold them
    copies         the checkout is copied; the work tree is not used
    baseline       the tests without a fault
    hunt, hunter   one fault after the other
    warm           a process that has everything loaded, forked for each
    record         what is remembered
    report         what people read
"""
