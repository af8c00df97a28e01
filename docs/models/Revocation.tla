---------------------------- MODULE Revocation ----------------------------
(***************************************************************************)
(* The lease protocol of io.tokenvault.coherence: replicas that answer     *)
(* from what they keep, a change log in one database, revokers that wait.  *)
(* Time is discrete, and the drift of clocks is inside W.                  *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS Replica, Token,
    Lease,      \* how long a replica may answer after it sent a poll
    Wait,       \* how long a revoker waits at most after its commit
    End,        \* where time stops, so that there is an end to check
    Crashes,    \* whether processes may die
    Mistake     \* "none", or what somebody could get wrong

VARIABLES
    time,
    revoked,    \* the tokens whose revocation is committed
    log,        \* their order
    row,        \* the replicas in the table, with the time of their last beat
    acked,      \* what each row says it has applied
    alive, id,  \* whether a process runs; ids are used once, so a row is known by its replica and its life
    placed, applied, kept, deadline,   \* what a replica has in memory
    poll, fill, \* at most one of each is on its way
    waiting     \* what is known of each revocation: "no", "committed", "asked" (with whom to wait for), "returned"

vars == <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, fill, waiting>>

None == [at |-> "nowhere"]
Newest == Len(log)
Rows == {r \in Replica : row[r].there /\ row[r].id = id[r]}

Init ==
    /\ time = 0
    /\ revoked = {} /\ log = <<>>
    /\ row = [r \in Replica |-> [there |-> FALSE, id |-> 0, beat |-> 0]]
    /\ acked = [r \in Replica |-> 0]
    /\ alive = [r \in Replica |-> FALSE] /\ id = [r \in Replica |-> 0]
    /\ placed = [r \in Replica |-> FALSE]
    /\ applied = [r \in Replica |-> 0]
    /\ kept = [r \in Replica |-> {}]
    /\ deadline = [r \in Replica |-> 0]
    /\ poll = [r \in Replica |-> None] /\ fill = [r \in Replica |-> None]
    /\ waiting = [t \in Token |-> [at |-> "no"]]

Tick ==
    /\ time < End
    /\ time' = time + 1
    /\ UNCHANGED <<revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, fill, waiting>>

\* A new life begins with a row, and with nothing in memory.
Start(r) ==
    /\ ~alive[r] /\ id[r] < 2
    /\ alive' = [alive EXCEPT ![r] = TRUE]
    /\ id' = [id EXCEPT ![r] = @ + 1]
    /\ row' = [row EXCEPT ![r] = [there |-> TRUE, id |-> id'[r], beat |-> time]]
    /\ acked' = [acked EXCEPT ![r] = 0]
    /\ UNCHANGED <<time, revoked, log, placed, applied, kept, deadline, poll, fill, waiting>>

SendPoll(r) ==
    /\ alive[r] /\ poll[r] = None
    /\ poll' = [poll EXCEPT ![r] = [at |-> "sent", sent |-> time]]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, fill, waiting>>

\* One statement: the beat, and the log as of that moment.
ServePoll(r) ==
    /\ poll[r].at = "sent"
    /\ poll' = [poll EXCEPT ![r] = [at |-> "served", sent |-> @.sent, head |-> Newest, member |-> r \in Rows]]
    /\ row' = IF r \in Rows THEN [row EXCEPT ![r].beat = time] ELSE row
    /\ UNCHANGED <<time, revoked, log, acked, alive, id, placed, applied, kept, deadline, fill, waiting>>

Applied(r) ==
    /\ poll[r].at = "served"
    /\ poll' = [poll EXCEPT ![r] = None]
    /\ IF poll[r].member
       THEN /\ placed' = [placed EXCEPT ![r] = TRUE]
            /\ applied' = [applied EXCEPT ![r] = poll[r].head]
            /\ kept' = [kept EXCEPT ![r] =
                    IF placed[r] THEN @ \ {log[i] : i \in (applied[r] + 1)..poll[r].head} ELSE {}]
            /\ deadline' = [deadline EXCEPT ![r] =
                    (IF Mistake = "lease from the answer" THEN time ELSE poll[r].sent) + Lease]
            /\ UNCHANGED alive
       ELSE \* fenced: it begins a new life
            /\ alive' = [alive EXCEPT ![r] = FALSE]
            /\ placed' = [placed EXCEPT ![r] = FALSE]
            /\ applied' = [applied EXCEPT ![r] = 0]
            /\ kept' = [kept EXCEPT ![r] = {}]
            /\ deadline' = [deadline EXCEPT ![r] = 0]
    /\ UNCHANGED <<time, revoked, log, row, acked, id, fill, waiting>>

Acknowledge(r) ==
    /\ alive[r] /\ placed[r] /\ r \in Rows /\ acked[r] < applied[r]
    /\ acked' = [acked EXCEPT ![r] = applied[r]]
    /\ UNCHANGED <<time, revoked, log, row, alive, id, placed, applied, kept, deadline, poll, fill, waiting>>

Holds(r) == alive[r] /\ time < deadline[r]

SendFill(r, t) ==
    /\ Holds(r) /\ t \notin kept[r] /\ fill[r] = None
    /\ fill' = [fill EXCEPT ![r] = [at |-> "sent", token |-> t]]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, waiting>>

ServeFill(r) ==
    /\ fill[r].at = "sent"
    /\ fill' = [fill EXCEPT ![r] =
            [at |-> "served", token |-> @.token, live |-> @.token \notin revoked, head |-> Newest]]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, waiting>>

Keep(r) ==
    /\ fill[r].at = "served"
    /\ fill' = [fill EXCEPT ![r] = None]
    /\ kept' = IF fill[r].live /\ (Mistake = "fill unguarded" \/ (placed[r] /\ fill[r].head >= applied[r]))
               THEN [kept EXCEPT ![r] = @ \cup {fill[r].token}] ELSE kept
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, deadline, poll, waiting>>

\* A connection was lost: the next poll may ask another server.
Reconnect(r) ==
    /\ alive[r] /\ placed[r]
    /\ placed' = [placed EXCEPT ![r] = FALSE]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, applied, kept, deadline, poll, fill, waiting>>

AskEarly(t) ==
    /\ Mistake = "members before the commit" /\ waiting[t].at = "no"
    /\ waiting' = [waiting EXCEPT ![t] = [at |-> "early", members |-> {<<r, id[r]>> : r \in Rows}]]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, fill>>

Commit(t) ==
    /\ waiting[t].at = (IF Mistake = "members before the commit" THEN "early" ELSE "no")
    /\ revoked' = revoked \cup {t}
    /\ log' = Append(log, t)
    /\ waiting' = [waiting EXCEPT ![t] =
            IF Mistake = "members before the commit"
            THEN [at |-> "asked", since |-> time, number |-> Newest + 1, members |-> @.members]
            ELSE [at |-> "committed", since |-> time]]
    /\ UNCHANGED <<time, row, acked, alive, id, placed, applied, kept, deadline, poll, fill>>

Ask(t) ==
    /\ waiting[t].at = "committed"
    /\ waiting' = [waiting EXCEPT ![t] =
            [at |-> "asked", since |-> @.since, number |-> Newest, members |-> {<<r, id[r]>> : r \in Rows}]]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, fill>>

Knows(member, number) ==
    \/ ~(row[member[1]].there /\ row[member[1]].id = member[2])
    \/ acked[member[1]] >= number

Return(t) ==
    /\ \/ waiting[t].at = "asked" /\ \A m \in waiting[t].members : Knows(m, waiting[t].number)
       \/ waiting[t].at \in {"committed", "asked"}
          /\ time >= waiting[t].since + (IF Mistake = "wait too short" THEN Wait - 1 ELSE Wait)
    /\ waiting' = [waiting EXCEPT ![t] = [at |-> "returned"]]
    /\ UNCHANGED <<time, revoked, log, row, acked, alive, id, placed, applied, kept, deadline, poll, fill>>

Crash(r) ==
    /\ Crashes /\ alive[r]
    /\ alive' = [alive EXCEPT ![r] = FALSE]
    /\ placed' = [placed EXCEPT ![r] = FALSE]
    /\ applied' = [applied EXCEPT ![r] = 0]
    /\ kept' = [kept EXCEPT ![r] = {}]
    /\ deadline' = [deadline EXCEPT ![r] = 0]
    /\ poll' = [poll EXCEPT ![r] = None] /\ fill' = [fill EXCEPT ![r] = None]
    /\ UNCHANGED <<time, revoked, log, row, acked, id, waiting>>

Reap(r) ==
    /\ row[r].there
    /\ (Mistake = "reaped at once" \/ time >= row[r].beat + Wait)
    /\ row' = [row EXCEPT ![r].there = FALSE]
    /\ UNCHANGED <<time, revoked, log, acked, alive, id, placed, applied, kept, deadline, poll, fill, waiting>>

Next ==
    \/ Tick
    \/ \E r \in Replica :
        \/ Start(r) \/ SendPoll(r) \/ ServePoll(r) \/ Applied(r) \/ Acknowledge(r)
        \/ ServeFill(r) \/ Keep(r) \/ Reconnect(r) \/ Crash(r) \/ Reap(r)
        \/ \E t \in Token : SendFill(r, t)
    \/ \E t \in Token : AskEarly(t) \/ Commit(t) \/ Ask(t) \/ Return(t)

Spec == Init /\ [][Next]_vars

\* The promise: what has returned as revoked is accepted by nobody.
Promise ==
    \A t \in Token : waiting[t].at = "returned" => \A r \in Replica : ~(Holds(r) /\ t \in kept[r])
=============================================================================
