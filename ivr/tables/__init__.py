"""The routing table's versions: drafts, checks, rehearsals, publications, imports and exports.

Pages and commands get a `TableOffice` (`ivr.tables.office`) and never a store. Everything is
async, raises `StoreAway` when the database is out of reach, and computes in threads or worker
processes, so it may be awaited from a handler. Texts of errors are Chinese, for people.

A table is `routing.sheet.Sheets`: named sheets of rows of text (`routing.forms.FORMS` lists them
with their columns, Chinese titles and key columns). A row is a tuple of cells in the order of
`form.columns`; `form.cells({...})` makes one from a form's fields, `form.row(cells)` the way back,
`form.key_of(cells)` its key. `sheets.sheet("hotlines").by_key[("H090",)]` is a row.
`routing.sheets.from_sheets(sheets)` is the `RoutingTable` they say.

office.archive      history() -> Publications, newest first   in_force()   sheets(version)
                    snapshot(version)
office.drafting     find(editor) -> Draft | None   get(editor)   everybody()
                    open(editor, why) -> Draft
                    edit(stamp, [RowEdit(sheet, key|None, cells|None)], why) -> Draft
                    take_in(stamp, sheets, why) -> Draft          (an import)
                    rebase(stamp, why) -> Draft, or raises Conflicts
                    settle(stamp, why, prefer_mine={(sheet, key), ...}) -> Draft
                    discard(editor, why)
                    differences(draft) -> Difference(kind, sheet_title, name, cells, sentence)...
office.checking     check(sheets) -> Checked(bad_rows, problems, doubts, publishable)
office.rehearsing   rehearse(before, after, last=500, examples=True)
                    -> Rehearsal(cases, moves, judged, right_before, right_after)
office.trying       decide_on(sheets, text, area="") -> Tried(decision, learned)
office.publishing   needs_approval
                    submit(stamp, why, at=None) -> Proposal(state=WAITING|SCHEDULED|PUBLISHED);
                    SCHEDULED may mean that words changed and the job learns them (a minute):
                    ask proposal(id) again; a rehearsed draft is published at once
                    approve(id, approver, why)   refuse(id, approver, why)   withdraw(id, who, why)
                    proposals(limit)   proposal(id)   proposed(id) -> RoutingTable
                    rollback(version, who, why) -> Publication
                    publish_due()   learn_ahead()                 (the jobs)
office.exchanging   export(sheets, FileKind) -> bytes, MEDIA_TYPES   read(name, data) -> sheets
office.audit        find(AuditQuery(who, what, subject, before_seq, limit))   add(Deed)

`draft.stamp` names a draft and its revision. A page keeps it in the form and sends it back: when
the draft was changed elsewhere meanwhile, `DraftMoved` is raised and nothing is changed. The
differences of any two versions: `routing.diff_words.differences(sheets, sheets)`, in a thread.
"""
