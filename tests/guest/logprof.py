#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# usage: logprof.py FOLDER LOG
# What aa-logprof does with a log, for the profiles in FOLDER: its own library (package python3-apparmor), without the
# look whether this machine has AppArmor, and with each question answered by what allows the most exact rule of those offered.
import sys

import apparmor.aa as aa
import apparmor.ui as ui


def answer(question, params=''):
    for key in ('CMD_ix', 'CMD_ALLOW', 'CMD_SAVE_CHANGES'):
        if key in question.functions:
            return key, len(question.options) - 1 if question.options else 0
    raise SystemExit(f'a question that nobody answers: {question.headers} {question.functions}')


ui.PromptQuestion.promptUser = answer
ui.UI_YesNo = ui.UI_YesNoCancel = lambda *unused: 'y'
aa.init_aa(profiledir=sys.argv[1])
aa.set_logfile(sys.argv[2])
aa.loadincludes()
aa.read_profiles(True)
aa.do_logprof_pass('')
