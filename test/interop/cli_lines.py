# SPDX-License-Identifier: Apache-2.0
"""The command lines that both CLIs are given, and the differences that are meant.

A line with `{me}` changes something, so each CLI has its own copy of what it changes: `{me}` is its name there, and times
and ids of its own are left out of the comparison. Every other line is read-only: its whole output has to be the same. `>`
in front runs it in a terminal. `VARIABLE=value` in front are the environment. `{home}` is a folder of its own.
"""

USAGE = """
batch
batch nope
batch describe
batch terminate --job-id j
batch terminate --reason why
batch list --limit x
workflow cancel
workflow cancel -w open -q 'x'
workflow cancel -w open --reason why
workflow cancel -w open --yes
workflow cancel -w open --rps 1
workflow cancel -q x -r run
workflow cancel -q x --rps fast
workflow signal -q x --name say -i nope
workflow terminate -w open --rps 2
workflow delete -w open --rps 2
workflow update-options -q x
workflow reset --reason why
workflow reset -t LastWorkflowTask --reason why -r x
workflow reset -t LastWorkflowTask --reason why -e 3
workflow reset -t BuildId --reason why
activity unpause -q x -w open -a a
activity reset --reason x
activity update-options -w open --rps 1 -a a
workflow start
workflow start --type
workflow start --type T
workflow start --nope
workflow start --type T --task-queue q -w
workflow start --type T --task-queue q --id-reuse-policy Nope
workflow start --type T --task-queue q --id-conflict-policy Nope
workflow start --type T --task-queue q --run-timeout 5
workflow start --type T --task-queue q --run-timeout soon
workflow start --type T --task-queue q --priority-key one
workflow start --type T --task-queue q --fairness-weight heavy
workflow start --type T --task-queue q --input nope
workflow start --type T --task-queue q --input '{}' --input-file nowhere
workflow start --type T --task-queue q --input-file nowhere
workflow start --type T --task-queue q --input-base64 --input '%'
workflow start --type T --task-queue q --input-base64 --input AQID
workflow start --type T --task-queue q --input 1 --input-meta a
workflow start --type T --task-queue q --memo a
workflow start --type T --task-queue q --memo a=nope
workflow start --type T --task-queue q --search-attribute a=nope
workflow start --type T --task-queue q --headers a
workflow start --type T --task-queue q --fail-existing=maybe
workflow nope
workflow
workflow list extra
workflow list --limit x
workflow list --limit 99999999999999999999
workflow list --limit 1__0
workflow list --limit 1_
workflow list -ho
workflow list -hz
operator namespace describe -n ''
workflow count -n ''
workflow count --command-timeout -1s
workflow count --grpc-meta grpc-timeout=1S
workflow list -zq
workflow list ---
workflow list --=x
workflow list -o bad
workflow list --output=
workflow list --time-format never
workflow list --color blue
workflow list --log-level loud
workflow list --log-format rhymes
workflow list --tls=maybe
workflow list --command-timeout x
workflow trace
workflow trace -w echo extra
workflow trace -w echo --depth deep
workflow trace -w echo --concurrency many
workflow trace -w echo --no-fold=maybe
workflow describe
workflow describe -w
workflow describe -w open --raw=x
workflow show
workflow show -w open --reverse --follow
workflow result
workflow signal
workflow signal -w open
workflow signal --name say
workflow signal -w open --name say --reason why
workflow update
workflow update nope
workflow update start
workflow update start -w open --name add
workflow update start -w open --name add --wait-for-stage completed
workflow update execute -w open
workflow update execute -w open --name add -i nope
workflow update execute -w open --name add -i 1 --input-file nowhere
workflow update describe -w open
workflow update result --update-id u
workflow signal-with-start
workflow signal-with-start --type T -t q
workflow signal-with-start --type T -t q -w open --signal-name say --signal-input nope
workflow signal-with-start --type T -t q -w open --signal-name say --input nope
workflow signal-with-start --type T -t q -w open --signal-name say --signal-input 1 --signal-input-file nowhere
workflow start-update-with-start
workflow start-update-with-start --type T -t q --update-name add --id-conflict-policy Fail
workflow execute-update-with-start
workflow execute-update-with-start --type T -t q --update-name add
workflow execute-update-with-start --type T -t q -w open --update-name add --update-input nope --id-conflict-policy UseExisting
workflow execute-update-with-start --type T -t q -w open --update-name add --update-input 1 --update-input-meta a --id-conflict-policy UseExisting
workflow execute-update-with-start --type T -t q -w open --update-name add --id-conflict-policy UseExisting -r run
workflow execute-update-with-start --type T -t q -w open --update-name add --id-conflict-policy UseExisting --update-first-execution-run-id run
workflow cancel
workflow cancel -w open --reason why
workflow terminate
workflow count extra
workflow pause
workflow pause -w open stray
workflow unpause
workflow unpause -w
workflow update-options
workflow update-options -w open
workflow update-options --versioning-override-behavior auto_upgrade
workflow update-options -w open --versioning-override-behavior pinned
workflow update-options -w open --versioning-override-behavior pinned --versioning-override-build-id b
workflow update-options -w open --versioning-override-behavior nope
workflow update-options -w open --versioning-override-behavior auto_upgrade --reason why
workflow reset with-workflow-update-options -w open -e 3 --reason why
workflow reset with-workflow-update-options -w open -e 3 --reason why --versioning-override-behavior unspecified
workflow reset with-workflow-update-options -w open -e 3 --reason why --versioning-override-behavior pinned
workflow reset with-workflow-update-options -w open -e 3 --reason why --versioning-override-behavior auto_upgrade --versioning-override-build-id b
workflow reset with-workflow-update-options -w open -e 3 --versioning-override-behavior auto_upgrade
workflow reset with-workflow-update-options -e 3 --reason why --versioning-override-behavior auto_upgrade
workflow reset with-workflow-update-options -w open --reason why --versioning-override-behavior auto_upgrade
workflow reset -w open --reason why
workflow fix-history-json
workflow fix-history-json -s nowhere
workflow fix-history-json -s nowhere stray
activity
activity start
activity start -a one
activity start -a one --type T
activity start -a '' --type T -t ''
activity start -a one --type T -t ''
activity start -a one --type T -t q --schedule-to-start-timeout 5s
activity start -a one --type T -t q --start-to-close-timeout -1s --schedule-to-close-timeout -1s
activity start -a one --type T -t q --start-to-close-timeout -1s --heartbeat-timeout -1s
activity execute -a one --type T -t q
activity start -a one --type T -t q --start-to-close-timeout soon
activity start -a one --type T -t q --id-reuse-policy Nope
activity start -a one --type T -t q --id-conflict-policy TerminateExisting
activity start -a one --type T -t q --start-to-close-timeout 1s -i nope
activity start -a one --type T -t q --start-to-close-timeout 1s --search-attribute a=nope
activity execute
activity describe
activity cancel
activity terminate
activity result
activity list --limit x
activity count stray
activity nope
activity complete
activity complete -a held
activity complete -a held -w held --nope
activity complete -a held -w held --result
activity complete -a held -w held --result nope
activity complete -a held -w held --result ''
activity complete -a held -w held --result '1 2'
activity complete -a held -w held --result 1 stray
activity complete -a held --result 1
activity complete -a held --result nope
activity fail
activity fail -a held -w held --detail nope
activity fail -a held -w held stray
activity fail -a held
activity pause
activity pause -a held
activity pause -w held
activity pause -w held -a ''
activity pause -w held -a held stray
activity unpause
activity unpause -a held
activity unpause -w held
activity unpause -w '' -a held
activity unpause -w held -a held --reason why
activity unpause -w held --reason why
activity unpause -w held -a held --jitter soon
activity unpause -w held -a held --reset-attempts=maybe
activity reset
activity reset -a held
activity reset -w held
activity reset -w held -a held --reason why
activity reset -w held -a held --jitter soon
activity reset -w held -a held --keep-paused=maybe
activity update-options
activity update-options -a held
activity update-options -w held
activity update-options -w held --task-queue q
activity update-options -w held -a held --reason why
activity update-options -w held -a held --heartbeat-timeout soon
activity update-options -w held -a held --start-to-close-timeout 5
activity update-options -w held -a held --start-to-close-timeout ''
activity update-options -w held -a held --retry-backoff-coefficient heavy
activity update-options -w held -a held --retry-backoff-coefficient 1e40
activity update-options -w held -a held --retry-maximum-attempts many
activity update-options -w held -a held --retry-maximum-attempts 99999999999999999999
activity update-options -w nowhere -a held --retry-maximum-attempts 3000000000
operator
operator nope
operator namespace
operator namespace nope
operator namespace create ''
operator namespace create -n ''
operator namespace create -n b ''
operator namespace describe ''
operator namespace update ''
operator namespace update -n ''
operator namespace delete '' --yes
operator namespace delete -n '' --yes
operator namespace delete -n b '' --yes
operator namespace create a b
operator namespace create --retention soon
operator namespace create -n n --data x
operator namespace describe a b
operator namespace describe a -n b
operator namespace describe -n b --namespace-id x
operator namespace update -n default --promote-global --active-cluster active
operator namespace update -n default --history-archival-state maybe
operator namespace update -n default --replication-state maybe
operator namespace update -n default --visibility-archival-state maybe
operator namespace delete -n default -o json
operator namespace delete -n default
operator cluster
operator cluster nope
operator cluster list --limit x
operator nexus
operator nexus endpoint
operator nexus endpoint create
operator nexus endpoint create --name e
operator nexus endpoint create --name e --target-namespace n
operator nexus endpoint create --name e --target-task-queue q
operator nexus endpoint create --name e --target-namespace n --target-url http://localhost
operator nexus endpoint create --name e --target-namespace n --target-task-queue q --target-url http://localhost
operator nexus endpoint update --name nope --target-namespace n --target-url http://localhost
operator nexus endpoint update --name nope --target-task-queue q --target-url http://localhost
operator nexus endpoint update --name nope --target-task-queue q
operator nexus endpoint create --name e --target-url http://localhost --description a --description-file b
operator nexus endpoint create --name e --target-url http://localhost --description-file nowhere
operator nexus endpoint create --name e --target-url http://localhost --description-file /dev/null
operator nexus endpoint update --name endpoint --description a --unset-description
operator nexus endpoint update --name nope --description a
operator nexus endpoint get
operator nexus endpoint get --name nope
operator nexus endpoint delete --name nope
operator search-attribute
operator search-attribute create --name A
operator search-attribute create --name A --type Nope
operator search-attribute create --name Color --type Int
operator search-attribute create --name WorkflowId --type Keyword
operator search-attribute remove --name Color
operator search-attribute remove --name Color -o json
operator search-attribute remove --name Nope --yes
server
server nope
server start-dev --port x
server start-dev --log-level loud
nope
--nope
-o
version
"""

HELP = """
--help
-h
help
help nope
help workflow
help workflow nope
help workflow list
workflow --help
workflow -h
workflow --help nope
workflow nope --help
workflow list --help
workflow list -h --limit x
workflow start --type --help
activity --help
activity pause --help
activity update-options -h
help activity
help activity reset
operator --help
operator namespace --help
operator namespace create --help
operator nexus endpoint --help
server start-dev --help
env --help
config --help
workflow list --help=false --limit x
"""

READING = """
workflow count --codec-endpoint nope
operator namespace list --codec-endpoint nope
workflow list --limit 1_0
batch list
batch list -o json
batch list --limit 1 -o jsonl
batch describe --job-id nowhere
batch describe --job-id nowhere -o json
batch terminate --job-id nowhere --reason why
workflow cancel -q 'WorkflowId = "nowhere"'
workflow cancel -q 'WorkflowId = "nowhere"' -o json
workflow cancel -q 'nope nope'
workflow signal -q '(' --name say -y
activity unpause -q 'WorkflowId = "nowhere"'
operator cluster health
operator cluster health -o json
operator cluster health -o jsonl
operator cluster health -o none
operator cluster system
operator cluster system -o json
operator cluster describe
operator cluster describe --detail
operator cluster describe -o json
operator cluster list
operator cluster list -o json
operator cluster list -o jsonl
operator cluster list --limit 1
operator namespace list
operator namespace list -o json
operator namespace list -o jsonl
operator namespace list -o none
operator namespace describe
operator namespace describe -n second
operator namespace describe second
operator namespace describe -n second -o json
operator namespace describe -n nowhere
operator namespace describe --namespace-id 01234567-89ab-cdef-0123-456789abcdef
operator nexus endpoint list
operator nexus endpoint list -o json
operator nexus endpoint list -o jsonl
operator nexus endpoint get --name endpoint
operator nexus endpoint get --name endpoint -o json
operator nexus endpoint get --name endpoint --no-json-shorthand-payloads -o json
operator nexus endpoint get --name outside
operator search-attribute list
operator search-attribute list -o json
operator search-attribute list -n nowhere
workflow list
workflow list --time-format iso
workflow list --time-format raw
workflow list -o json
workflow list -o jsonl
workflow list -o none
workflow list --limit 2
workflow list --limit 3 --page-size 1
workflow list --page-size 2
workflow list -q "WorkflowType='Echo'"
workflow list -q "Color='red'" -o json
workflow list -q "nonsense here"
workflow list -q "WorkflowType='Nobody'"
workflow list -q "WorkflowType='Nobody'" -o json
workflow list -q "WorkflowType='Nobody'" -o jsonl
workflow list -n nowhere
workflow list --no-json-shorthand-payloads -o json -q "Color='red'"
workflow count
workflow count -o json
workflow count -q "GROUP BY ExecutionStatus"
workflow count -q "GROUP BY ExecutionStatus" -o json
workflow count -q "nonsense here"
workflow describe -w open
workflow describe -w open --time-format iso
workflow describe -w open --time-format raw
workflow describe -w open -o json
workflow describe -w open -o jsonl
workflow describe -w open --raw
workflow describe -w open --no-json-shorthand-payloads -o json
workflow describe -w open --reset-points
workflow describe -w echo
workflow describe -w echo -o json
workflow describe -w echo --raw
workflow describe -w echo --reset-points
workflow describe -w echo --reset-points -o json
workflow describe -w nothing -o json
workflow describe -w fails
workflow describe -w fails -o json
workflow describe -w waits
workflow describe -w waits -o json
workflow describe -w asks
workflow describe -w asks -o json
workflow describe -w terminated
workflow describe -w terminated -o json
workflow describe -w timedout
workflow describe -w canceled
workflow describe -w again
workflow describe -w delayed
workflow describe -w delayed -o json
workflow describe -w cron
workflow describe -w acts
workflow describe -w acts --time-format iso
workflow describe -w acts --raw
workflow describe -w held -o json
workflow describe -w tried -o json
workflow describe -w tried --time-format raw
workflow describe -w paused
workflow describe -w paused -o json
workflow describe -w asked -o json
workflow describe -w nowhere
workflow describe -w open -r 01234567-89ab-cdef-0123-456789abcdef
workflow describe -w open -r nope
workflow show -w echo
workflow show -w echo -o json
workflow show -w echo -o jsonl
workflow show -w echo --detailed
workflow show -w echo --detailed --no-json-shorthand-payloads
workflow show -w echo --reverse
workflow show -w echo --reverse -o json
workflow show -w echo --follow
workflow show -w echo --time-format raw
workflow show -w fails
workflow show -w fails --detailed
workflow show -w again
workflow show -w again --detailed
workflow show -w asks
workflow show -w asks --detailed
workflow show -w open
workflow show -w waits --detailed
workflow show -w open -o json
workflow show -w terminated
workflow show -w canceled
workflow show -w timedout
workflow show -w nowhere
workflow result -w echo
workflow result -w echo -o json
workflow result -w echo -o json --no-json-shorthand-payloads
workflow result -w several
workflow result -w nothing
workflow result -w nothing -o json
workflow result -w fails
workflow result -w fails -o json
workflow result -w again
workflow result -w again -o json
workflow result -w terminated
workflow result -w terminated -o json
workflow result -w timedout
workflow result -w canceled
workflow result -w nowhere
workflow trace -w echo
workflow trace -w echo --no-fold --depth 3 --concurrency 1
workflow trace -w echo -o json
workflow trace -w echo -o jsonl
workflow trace -w echo --fold nope
workflow trace -w echo --fold Completed
workflow trace -w echo --concurrency 0
workflow trace -w fails
workflow trace -w canceled
workflow trace -w terminated
workflow trace -w timedout
workflow trace -w again
workflow trace -w worked
workflow trace -w nowhere
workflow trace -w echo -r 01234567-89ab-cdef-0123-456789abcdef
workflow query -w waits --name said
workflow query -w waits --name said -o json
workflow query -w waits --name said -i '"-"'
workflow query -w waits --name nope
workflow query -w nowhere --name said
workflow query -w waits
workflow query -w echo --name said --reject-condition not_open
workflow stack -w waits -o json
workflow metadata -w waits
workflow metadata -w waits -o json
activity complete -a nope -w held --result 1
activity complete -a held -w nowhere --result 1
activity complete -a held -w held -r nope --result 1
activity complete -a held -w held -r 01234567-89ab-cdef-0123-456789abcdef --result 1
activity complete -a held -w held -n nowhere --result 1
activity complete -a held -w worked --result 1
activity fail -a nope -w held --reason why
activity fail -a held -w nowhere --reason why
activity fail -a held -w held -r nope --reason why
activity fail -a held -w held -r 01234567-89ab-cdef-0123-456789abcdef --reason why
activity fail -a held -w held -n nowhere --reason why
activity fail -a held -w worked --reason why
activity pause -a nope -w held
activity pause -a held -w nowhere
activity pause -a held -w held -r nope
activity pause -a held -w held -r 01234567-89ab-cdef-0123-456789abcdef
activity pause -a held -w held -n nowhere
activity pause -a held -w worked
activity unpause -a nope -w held
activity unpause -a held -w nowhere
activity unpause -a held -w held -r nope
activity unpause -a held -w held -r 01234567-89ab-cdef-0123-456789abcdef
activity unpause -a held -w held -n nowhere
activity unpause -a held -w worked
activity reset -a nope -w held
activity reset -a held -w nowhere
activity reset -a held -w held -r nope
activity reset -a held -w held -r 01234567-89ab-cdef-0123-456789abcdef
activity reset -a held -w held -n nowhere
activity reset -a held -w worked
activity update-options -a nope -w held --start-to-close-timeout 1h
activity update-options -a held -w nowhere --start-to-close-timeout 1h
activity update-options -a held -w held -r nope --start-to-close-timeout 1h
activity update-options -a held -w held -r 01234567-89ab-cdef-0123-456789abcdef --start-to-close-timeout 1h
activity update-options -a held -w held -n nowhere --start-to-close-timeout 1h
activity update-options -a held -w worked --start-to-close-timeout 1h
activity complete -a '' -w held --result 1
activity fail -a '' -w held
activity pause -a held -w ''
activity update-options -a held -w held
activity update-options -a held -w held -o json
activity update-options -a held -w held -o jsonl
activity update-options -a held -w held -o none
workflow pause -w open
workflow pause -w nowhere
workflow unpause -w open
workflow unpause -w echo
workflow unpause -w nowhere
workflow unpause -w open -r nope
workflow update-options -w nowhere --versioning-override-behavior auto_upgrade
workflow update-options -w echo --versioning-override-behavior auto_upgrade
workflow update-options -w open -r nope --versioning-override-behavior unspecified
workflow update-options -w open --versioning-override-behavior unspecified
workflow update-options -w open --versioning-override-behavior unspecified -o json
workflow update-options -w open --versioning-override-behavior pinned --versioning-override-deployment-name d --versioning-override-build-id b
activity describe -a nope
activity cancel -a nope
activity terminate -a nope
activity result -a nope
activity list -q "ActivityType='Nobody'"
activity list -q "ActivityType='Nobody'" -o jsonl
activity count -q "ActivityType='Nobody'"
activity count -q "ActivityType='Nobody'" -o json
activity count -q "ActivityType='Nobody' GROUP BY ExecutionStatus"
activity count -q "GROUP BY ActivityType"
task-queue describe --task-queue cli --legacy-mode
task-queue describe --task-queue nobody --legacy-mode
task-queue describe --task-queue nobody --legacy-mode -o json
task-queue describe --task-queue nobody
task-queue describe --task-queue cli --task-queue-type workflow
task-queue describe --task-queue cli --task-queue-type workflow --disable-stats -o json
task-queue describe --task-queue cli --task-queue-type nope
task-queue describe --task-queue ''
task-queue describe --task-queue '' --legacy-mode
task-queue describe --task-queue nobody --report-reachability --task-queue-type workflow
task-queue describe --task-queue nobody --report-reachability --task-queue-type workflow -o json
task-queue describe --task-queue nobody --report-reachability --task-queue-type workflow --select-all-active
task-queue describe --task-queue nobody --report-reachability --select-build-id nope --task-queue-type workflow
task-queue describe --task-queue nobody --legacy-mode --task-queue-type-legacy nope
task-queue describe
task-queue config get
task-queue config get -t nobody
task-queue config get -t nobody --task-queue-type activity
task-queue config get -t nobody --task-queue-type activity -o json
task-queue config get -t ' ' --task-queue-type activity
task-queue config get -t nobody --task-queue-type sticky
task-queue config get -n nowhere -t nobody --task-queue-type activity
task-queue config set -t nobody --task-queue-type activity
task-queue config set -t nobody --task-queue-type activity --queue-rps-limit-reason why
task-queue config set -t '' --task-queue-type activity --queue-rps-limit 1
task-queue config set -n nowhere -t nobody --task-queue-type activity --queue-rps-limit 1
task-queue config set -t nobody --task-queue-type workflow --queue-rps-limit default
task-queue config set -t nobody --task-queue-type workflow --fairness-key-rps-limit-default 1
task-queue config set -t nobody --task-queue-type activity --queue-rps-limit fast
task-queue config set -t nobody --task-queue-type activity --queue-rps-limit ''
task-queue config set -t nobody --task-queue-type activity --queue-rps-limit -1
task-queue config set -t nobody --task-queue-type activity --fairness-key-rps-limit-default fast
task-queue config set -t nobody --task-queue-type activity --fairness-key-rps-limit-default -1
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight a=1 --fairness-key-weight-clear-all
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight a
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight =1
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight a=
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight a=b=2
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight a=0
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight a=default --fairness-key-weight a=1
task-queue config set -t nobody --task-queue-type activity --fairness-key-weight aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1
"""

COLOURS = """
> operator cluster health
> operator cluster health --color never
> operator cluster health --color always
operator cluster health --color always
operator cluster health --color always -o json
NO_COLOR=1 > operator cluster health
TERM=dumb > operator cluster health
> workflow list
> workflow list -o json
> workflow describe -w open
> workflow describe -w echo
> workflow describe -w fails
> workflow describe -w asks
> workflow describe -w acts
> activity update-options -a held -w held
> workflow describe -w open --reset-points
> workflow show -w echo
> workflow show -w echo --detailed
> workflow show -w fails
> workflow result -w echo
> workflow result -w canceled
> workflow count
> operator namespace list
> operator cluster system
> operator search-attribute list
> operator namespace create -n colour-{me}
> operator nexus endpoint create --name colour-{me} --target-url http://localhost
> operator nexus endpoint update --name colour-{me} --description x
> operator nexus endpoint delete --name colour-{me}
> operator namespace update -n colour-{me} --description x
> operator namespace delete -n colour-{me}
> operator namespace delete -n colour-{me} --yes
> workflow start --type T -t nobody -w colour-{me}
> workflow execute --type Echo -t cli -w colour-x-{me}
> workflow query -w waits --name said
> nope
"""

CHANGING = """
workflow start --type T -t nobody -w bare-{me} --codec-endpoint nope
workflow start --type T -t nobody -w coded-{me} -i 1 --codec-endpoint nope
workflow signal -q 'WorkflowId = "start-{me}"' --name say --yes --rps 10
workflow start --type T -t nobody -w start-{me}
workflow start --type T -t nobody -w start-{me}
workflow start --type T -t nobody -w start-{me} -o json
workflow start --type T -t nobody -w start-{me} -o jsonl
workflow start --type T -t nobody -w start-{me} -o none
workflow start --type T -t nobody -w start-{me} --fail-existing
workflow start --type T -t nobody -w start-{me} --id-conflict-policy Fail
workflow start --type T -t nobody -w start-{me} --id-conflict-policy TerminateExisting
workflow update-options -w start-{me} --versioning-override-behavior auto_upgrade
workflow update-options -w start-{me} --versioning-override-behavior auto_upgrade -o json
workflow describe -w start-{me} -o json
workflow update-options -w start-{me} --versioning-override-behavior unspecified
workflow show -w start-{me} -o json
workflow reset -w start-{me} -e 3 --reason why with-workflow-update-options --versioning-override-behavior auto_upgrade
workflow reset with-workflow-update-options -w start-{me} -e 3 --reason why --versioning-override-behavior auto_upgrade -o json
workflow reset with-workflow-update-options -w start-{me} -e 3 --reason why --versioning-override-behavior pinned --versioning-override-deployment-name d --versioning-override-build-id b
workflow show -w start-{me} -o json
activity start -a one-{me} --type T -t nobody
activity start -a one-{me} --type T -t nobody --start-to-close-timeout 5s -i 1 -i '"x"' --static-summary '<s>' --priority-key 2
activity start -a one-{me} --type T -t nobody --start-to-close-timeout 5s
activity start -a odd-{me} --type T -t nobody --start-to-close-timeout 5s --retry-initial-interval -1s --retry-maximum-attempts -1
activity start -a odd-too-{me} --type T -t nobody --start-to-close-timeout 5s --retry-initial-interval -1s --retry-maximum-attempts 3
activity start -a two-{me} --type T -t nobody --start-to-close-timeout 5s -o json
activity describe -a one-{me}
activity describe -a two-{me} -o json
activity cancel -a one-{me} --reason why
activity cancel -a one-{me}
activity describe -a one-{me}
activity terminate -a two-{me} --reason why
activity result -a two-{me}
activity result -a two-{me} -o json
activity execute -a three-{me} --type T -t nobody --schedule-to-close-timeout 1s
activity execute -a four-{me} --type T -t nobody --schedule-to-close-timeout 1s -o json
workflow start --name T -t nobody -w alias-{me}
workflow start --type T -t nobody -w full-{me} -i '{"a":[1,2.50,{}]}' -i null -i '"ä"' --memo 'm={"b":1}' --search-attribute 'Color="blue"' --run-timeout 1h30m --execution-timeout 2d --task-timeout 5s --start-delay 1m --static-summary '*s*' --static-details 'd<e>' --priority-key 2 --fairness-key f --fairness-weight 1.5 --headers 'h={"x":1}'
workflow describe -w full-{me}
workflow describe -w full-{me} -o json
workflow show -w full-{me} -o json
workflow start --type T -t nobody -w raw-{me} -i AQID --input-base64 --input-meta encoding=binary/plain --input-meta k=v
workflow start --type T -t nobody -w based-{me} --input-base64 --input eyJhIjoxfQ==
workflow show -w raw-{me} -o json
workflow show -w raw-{me} --detailed
workflow start --type T -t nobody -w bad-{me} --search-attribute 'Nope="blue"'
workflow start --type T -t nobody -w bad-{me} --cron 'not a cron'
workflow start --type T -t nobody -w cron-{me} --cron '@every 1h'
workflow start --type T -t nobody -w bad-{me} --run-timeout -5s
workflow start --type '' -t nobody -w bad-{me}
workflow start --type T -t '' -w bad-{me}
workflow start --type T -t nobody -w '' -n nowhere-{me}
workflow execute --type Echo -t cli -w echo-{me} -i '{"b":1,"a":[]}'
workflow execute --type Echo -t cli -w echo-j-{me} -i '{"b":1,"a":[1]}' -o json
workflow execute --type Echo -t cli -w echo-l-{me} -o jsonl
workflow execute --type Echo -t cli -w echo-n-{me} -o none
workflow execute --type Echo -t cli -w echo-d-{me} --detailed -i 1
workflow execute --type Echo -t cli -w echo-dj-{me} --detailed -o json -i 1
workflow execute --type Fails -t cli -w fails-{me}
workflow execute --type Fails -t cli -w fails-j-{me} -o json
workflow execute --type Again -t cli -w again-{me} -i 1
workflow execute --type Again -t cli -w again-j-{me} -i 1 -o json
workflow execute --type T -t nobody -w timeout-{me} --run-timeout 1s
workflow execute --type T -t nobody -w never-{me} --command-timeout 1s
workflow result -w start-{me} --command-timeout 1s
workflow show -w start-{me} --follow --command-timeout 1s
workflow signal -w start-{me} --name say -i '"a"'
workflow signal -w start-{me} --type say -i '"a"' -i 2
workflow signal -w start-{me} --name say -o json
workflow signal -w nowhere-{me} --name say
workflow start --type Waits -t cli -w up-{me}
workflow update start -w up-{me} --name until -i 1 --update-id until --wait-for-stage accepted
workflow update start -w up-{me} --type until -i 1 --update-id until-j --wait-for-stage accepted -o json
workflow update describe -w up-{me} --update-id until
workflow update describe -w up-{me} --update-id until -o json
workflow signal -w up-{me} --name say -i '"a"'
workflow update result -w up-{me} --update-id until
workflow update result -w up-{me} --update-id until -o jsonl
workflow update describe -w up-{me} --update-id until
workflow update describe -w up-{me} --update-id until -o json
workflow update execute -w up-{me} --name add -i '{"b":[1,2.5,"<x>"],"a":null}' --update-id add
workflow update execute -w up-{me} --name add -i '{"b":[1,2.5,"<x>"],"a":null}' --update-id add -o json
workflow update execute -w up-{me} --name add -i '"a \\"quoted\\" <b>"'
workflow update execute -w up-{me} --name add -i 1234567
workflow update execute -w up-{me} --name add -i true -o none
workflow update execute -w up-{me} --name add -i null --update-id nothing
workflow update execute -w up-{me} --name add -i null --update-id nothing -o json
workflow update result -w up-{me} --update-id nothing
workflow update describe -w up-{me} --update-id nothing -o json
workflow update execute -w up-{me} --name refuse -i '"plain"' --update-id plain
workflow update result -w up-{me} --update-id plain
workflow update execute -w up-{me} --name refuse -i '"cause"' --update-id cause
workflow update result -w up-{me} --update-id cause
workflow update result -w up-{me} --update-id cause -o json
workflow update describe -w up-{me} --update-id cause
workflow update describe -w up-{me} --update-id cause -o json
workflow update execute -w up-{me} --name refuse -i '"cancelled"' --update-id cancelled
workflow update result -w up-{me} --update-id cancelled
workflow update start -w up-{me} --name checked -i 1 --wait-for-stage accepted
workflow update execute -w up-{me} --name nothing
workflow update execute -w nowhere-{me} --name add -i 1
workflow update execute -w up-{me} -r nope --name add -i 1
workflow update execute -w up-{me} --name add -i 1 --first-execution-run-id 01a2259e-c569-7bdd-9b8a-863dc7613648
workflow update describe -w up-{me} --update-id nobody
workflow update result -w up-{me} --update-id nobody
workflow update describe -w nowhere-{me} --update-id nobody
workflow signal-with-start --type Waits -t cli -w both-{me} --signal-name say --signal-input '"a"'
workflow signal-with-start --type Waits -t cli -w both-{me} --signal-type say --signal-input '"b"' -o json
workflow signal-with-start --type Waits -t cli -w both-{me} --signal-name say --id-conflict-policy Fail
workflow signal-with-start --type Waits -t cli -w both-{me} --signal-name say --signal-input '"c"' --fail-existing
workflow execute-update-with-start --type Waits -t cli -w both-{me} --update-name add --update-input 5 --id-conflict-policy UseExisting
workflow execute-update-with-start --type Waits -t cli -w both-{me} --update-type add --update-input 5 --id-conflict-policy UseExisting --update-id u -o json
workflow execute-update-with-start --type Waits -t cli -w both-{me} --update-name refuse --update-input '"plain"' --id-conflict-policy UseExisting
workflow execute-update-with-start --type Waits -t cli -w both-{me} --update-name add --update-input 5 --id-conflict-policy Fail
workflow start-update-with-start --type Waits -t cli -w too-{me} --update-name until --update-input 9 --id-conflict-policy Fail --update-wait-for-stage accepted
workflow start-update-with-start --type Waits -t cli -w too-{me} --update-name until --update-input 9 --id-conflict-policy UseExisting --update-wait-for-stage accepted --update-id w -o json
workflow start-update-with-start --type Waits -t cli -w too-{me} --update-name checked --update-input 9 --id-conflict-policy UseExisting --update-wait-for-stage accepted
workflow cancel -w start-{me}
workflow cancel -w start-{me} -o json
workflow cancel -w nowhere-{me}
workflow terminate -w start-{me} --reason 'enough of it'
workflow terminate -w start-{me}
workflow terminate -w alias-{me}
workflow show -w alias-{me} -o json
workflow show -w start-{me} --detailed
workflow result -w start-{me}
workflow start --type T -t nobody -w start-{me} --id-reuse-policy RejectDuplicate
workflow delete -w start-{me}
workflow delete -w start-{me} --yes
workflow delete -w nowhere-{me} --yes
workflow describe -w start-{me}
activity pause -a held -w acts-{me} --reason why
activity pause -a held -w acts-{me} -o json
workflow describe -w acts-{me}
workflow describe -w acts-{me} --time-format iso
activity unpause -a held -w acts-{me} --reset-attempts
activity unpause -a held -w acts-{me} -o json
activity pause -a tried -w acts-{me} --identity me --reason 'why not' -o jsonl
activity unpause -a tried -w acts-{me} --reset-attempts --reset-heartbeats --jitter 1h -o none
activity pause -a tried -w acts-{me}
activity reset -a tried -w acts-{me} --keep-paused
activity reset -a tried -w acts-{me} --keep-paused --reset-attempts -o json
activity reset -a tried -w acts-{me} --keep-paused --reset-heartbeats -o jsonl
activity reset -a tried -w acts-{me} --keep-paused -o none
activity reset -a held -w acts-{me} --reset-heartbeats --jitter 1s
activity update-options -a tried -w acts-{me} --start-to-close-timeout 3h --heartbeat-timeout 1.5s --retry-initial-interval 90m --retry-maximum-interval 1000h
activity update-options -a tried -w acts-{me} --schedule-to-close-timeout 2d --schedule-to-start-timeout 4h --retry-maximum-attempts 9 --retry-backoff-coefficient 1.1 -o json
activity update-options -a tried -w acts-{me} --retry-backoff-coefficient 3 -o jsonl
activity update-options -a tried -w acts-{me} --retry-backoff-coefficient 0.00001
activity update-options -a tried -w acts-{me} --retry-backoff-coefficient 0.00001 -o json
activity update-options -a tried -w acts-{me} --retry-backoff-coefficient 123456789
activity update-options -a tried -w acts-{me} --retry-backoff-coefficient 2 --retry-maximum-attempts 0 -o none
activity update-options -a tried -w acts-{me} --retry-maximum-attempts -1
activity update-options -a tried -w acts-{me} --heartbeat-timeout=-5s
activity update-options -a tried -w acts-{me} --task-queue other
activity update-options -a tried -w acts-{me} --restore-original-options
activity complete -a held -w acts-{me} --result '{"a":1.5,"b":[]}' -o json
activity complete -a held -w acts-{me} --result 1
activity fail -a held2 -w acts-{me} --reason why --detail '{"d":[1]}'
activity fail -a held2 -w acts-{me}
activity complete -a queued -w acts-{me} --result null
activity complete -a tried -w acts-{me} --result '"<ä>"' --identity me
workflow result -w acts-{me}
workflow describe -w acts-{me}
activity complete -a held -w acts-{me} --result 1
activity fail -a held -w acts-{me}
activity pause -a held -w acts-{me}
activity unpause -a held -w acts-{me}
activity reset -a held -w acts-{me}
activity update-options -a held -w acts-{me} --start-to-close-timeout 1h
activity complete -a held -w done-{me} --result '{"a":1.5,"b":[]}'
workflow result -w done-{me} -o json
workflow show -w done-{me} -o json
activity fail -a held -w lost-{me} -o none
workflow result -w lost-{me}
workflow show -w lost-{me} -o json
operator namespace create -n made-{me} --description 'of {me}' --email a@b --data k=v --data l=w --retention 5d
operator namespace create -n made-{me}
operator namespace create made-too-{me}
operator namespace create -n 'bad name {me}'
operator namespace create -n short-{me} --retention 1s
operator namespace describe -n made-{me}
operator namespace describe -n made-{me} -o json
operator namespace update -n made-{me} --description 'other words'
operator namespace update -n made-{me} --email c@d --retention 30d --data n=o -o json
operator namespace update -n made-{me} -o none
operator namespace update -n nowhere-{me} --email c@d
operator namespace update made-{me} --email e@f
operator namespace update -n made-{me} --retention 1s
operator namespace describe -n made-{me} --time-format iso
operator namespace delete -n made-{me}
operator namespace delete -n made-{me} --yes
operator namespace delete -n made-too-{me} --yes -o json
operator namespace delete -n made-{me} --yes
task-queue config set -t limits-{me} --task-queue-type activity --queue-rps-limit 5 --queue-rps-limit-reason 'too hot' --identity me
task-queue config get -t limits-{me} --task-queue-type activity
task-queue describe -t limits-{me} --legacy-mode --task-queue-type-legacy activity --report-config
task-queue config set -t limits-{me} --task-queue-type activity --fairness-key-rps-limit-default 2.5 --fairness-key-weight b=.5 --fairness-key-weight a=2 --identity me -o json
task-queue config get -t limits-{me} --task-queue-type activity -o json
task-queue config get -t limits-{me} --task-queue-type activity -o jsonl
task-queue describe -t limits-{me} --task-queue-type activity --report-config -o json
task-queue config set -t limits-{me} --task-queue-type activity --fairness-key-weight a=Default -o jsonl --identity me
task-queue config set -t limits-{me} --task-queue-type activity --fairness-key-weight-clear-all --identity me
task-queue config set -t limits-{me} --task-queue-type activity --fairness-key-weight-clear-all -o none
task-queue config set -t limits-{me} --task-queue-type activity --queue-rps-limit DEFAULT --fairness-key-rps-limit-default 1e3 --queue-rps-limit-reason 'a reason that is longer than what fits into one column of the table' --identity me
task-queue config get -t limits-{me} --task-queue-type activity --time-format raw
task-queue config set -t limits-{me} --task-queue-type nexus --queue-rps-limit 0 --identity me
task-queue config get -t limits-{me} --task-queue-type nexus
task-queue config get -t limits-{me} --task-queue-type nexus -o json
task-queue config set -t limits-{me} --task-queue-type workflow --fairness-key-weight a=NaN
task-queue config get -t limits-{me} --task-queue-type workflow
operator nexus endpoint create --name made-{me} --target-namespace second --target-task-queue q --description '**b** "q"'
operator nexus endpoint create --name made-{me} --target-namespace second --target-task-queue q
operator nexus endpoint create --name 'bad {me}' --target-namespace second --target-task-queue q
operator nexus endpoint create --name lost-{me} --target-namespace nowhere --target-task-queue q
operator nexus endpoint create --name out-{me} --target-url http://localhost:1/x
operator nexus endpoint create --name wrong-{me} --target-url gopher://x
operator nexus endpoint create --name both-{me} --target-task-queue q --target-url http://localhost:1/x
operator nexus endpoint update --name both-{me} --target-task-queue q
operator nexus endpoint update --name both-{me} --target-namespace second
operator nexus endpoint update --name both-{me} --target-namespace second --target-task-queue q
operator nexus endpoint get --name made-{me}
operator nexus endpoint get --name made-{me} -o json
operator nexus endpoint update --name made-{me} --target-task-queue r
operator nexus endpoint update --name made-{me} --unset-description -o json
operator nexus endpoint get --name made-{me} --time-format raw
operator nexus endpoint delete --name made-{me}
operator nexus endpoint delete --name out-{me} -o json
operator nexus endpoint delete --name both-{me}
operator search-attribute create --name Made{me} --name Too{me} --type keyword
operator search-attribute create --name Made{me} --type Keyword -o json
operator search-attribute create --name Made{me} --type Keyword
operator search-attribute create --name Made{me} --type Int
operator search-attribute create --name Twice{me} --name Twice{me} --type Bool
operator search-attribute remove --name Made{me} --yes
operator search-attribute remove --name Too{me} --yes -o json
operator search-attribute remove --name Twice{me} --yes
"""

CONFIGURATION = """
env list --env-file {home}/e.yaml
env set --env-file {home}/e.yaml --env prod -k address -v 127.0.0.1:1
env set --env-file {home}/e.yaml --env prod --key namespace --value second
env set --env-file {home}/e.yaml prod.tls false
env set --env-file {home}/e.yaml prod.tls
env set --env-file {home}/e.yaml --env prod -k a.b -v c
env set --env-file {home}/e.yaml --env prod
env set --env-file {home}/e.yaml prod.x y z
env list --env-file {home}/e.yaml
env list --env-file {home}/e.yaml -o json
env get --env-file {home}/e.yaml --env prod
env get --env-file {home}/e.yaml --env prod -o json
env get --env-file {home}/e.yaml --env prod -k address
env get --env-file {home}/e.yaml prod
env get --env-file {home}/e.yaml prod.address -o jsonl
env get --env-file {home}/e.yaml --env nope
env get --env-file {home}/e.yaml
workflow list --env-file {home}/e.yaml --env nope
workflow count --env-file {home}/e.yaml --env prod
TEMPORAL_ENV=prod operator namespace describe --env-file {home}/e.yaml
env delete --env-file {home}/e.yaml --env prod -k tls
env delete --env-file {home}/e.yaml prod.namespace
env get --env-file {home}/e.yaml --env prod
env delete --env-file {home}/e.yaml --env prod
env list --env-file {home}/e.yaml
env nope
env
config list --config-file {home}/c.toml
config get --config-file {home}/c.toml
config set --config-file {home}/c.toml -p address -v 127.0.0.1:1
config set --config-file {home}/c.toml --prop namespace --value second --profile prod
config set --config-file {home}/c.toml --prop tls --value true --profile prod
config set --config-file {home}/c.toml --prop tls.disabled --value true --profile prod
config set --config-file {home}/c.toml --prop tls.server_name --value name --profile prod
config set --config-file {home}/c.toml --prop grpc_meta.a-b --value 'x"y' --profile prod
config set --config-file {home}/c.toml --prop codec.endpoint --value http://c --profile prod
config set --config-file {home}/c.toml --prop tls --value maybe
config set --config-file {home}/c.toml --prop nope --value x
config set --config-file {home}/c.toml --prop api_key
config list --config-file {home}/c.toml
config list --config-file {home}/c.toml -o json
config get --config-file {home}/c.toml
config get --config-file {home}/c.toml --profile prod
config get --config-file {home}/c.toml --profile prod -o json
config get --config-file {home}/c.toml --profile prod -p tls
config get --config-file {home}/c.toml --profile prod -p tls.server_name -o json
config get --config-file {home}/c.toml --profile prod -p grpc_meta.a-b
config get --config-file {home}/c.toml --profile prod -p grpc_meta
config get --config-file {home}/c.toml --profile prod -p nope
config get --config-file {home}/c.toml --profile nope
TEMPORAL_PROFILE=prod config get --config-file {home}/c.toml -p namespace
workflow list --config-file {home}/c.toml --profile nope
TEMPORAL_CONFIG_FILE={home}/c.toml workflow count --profile prod --tls=false
workflow count --config-file {home}/missing.toml
config delete --config-file {home}/c.toml --profile prod -p tls.server_name
config delete --config-file {home}/c.toml --profile prod -p grpc_meta.a-b
config delete --config-file {home}/c.toml --profile prod -p grpc_meta.a-b
config delete --config-file {home}/c.toml -p tls.server_name
config get --config-file {home}/c.toml --profile prod
config delete-profile --config-file {home}/c.toml
config delete-profile --config-file {home}/c.toml --profile prod
config list --config-file {home}/c.toml
config delete
TEMPORAL_NAMESPACE=second workflow count
TEMPORAL_NAMESPACE=nowhere operator namespace describe
TEMPORAL_ADDRESS=127.0.0.1:1 workflow count
workflow count --disable-config-env --disable-config-file
workflow count --grpc-meta a
workflow count --grpc-meta a=b
workflow count --api-key k
workflow count --tls-cert-data nope
workflow count --tls-ca-path nowhere
workflow count --address nowhere.invalid:7233 --client-connect-timeout 1s
"""

GROUPS = {
    "usage": USAGE, "help": HELP, "reading": READING, "colours": COLOURS, "changing": CHANGING, "configuration": CONFIGURATION,
}

# Why it differs -> lines. One that does not differ any more has to go.
DIFFERENCES = {
    "ours tells what the circuit breakers of an endpoint are doing, where it is our service": """
operator nexus endpoint list
operator nexus endpoint list -o json
operator nexus endpoint list -o jsonl
operator nexus endpoint get --name endpoint
operator nexus endpoint get --name endpoint -o json
operator nexus endpoint get --name endpoint --no-json-shorthand-payloads -o json
""",
    "ours shows why it was cancelled": """
activity describe -a one-{me}
""",
    "an address that is none is named at once, the real one tries it until its time is over": """
workflow start --type T -t nobody -w coded-{me} -i 1 --codec-endpoint nope
""",
    "a file that is named and not there is named": """
workflow count --config-file {home}/missing.toml
""",
    "ours looks for JSON in what the base64 stands for, the real one in the base64": """
workflow start --type T --task-queue q --input-base64 --input '%'
workflow start --type T -t nobody -w based-{me} --input-base64 --input eyJhIjoxfQ==
""",
    "our reader of JSON says what it cannot read, not where": """
workflow start --type T --task-queue q --memo a=nope
workflow start --type T --task-queue q --search-attribute a=nope
activity start -a one --type T -t q --start-to-close-timeout 1s --search-attribute a=nope
""",
    "the real one asks for neither, whatever its help says: it names the queue by a field that no service knows": """
activity update-options -a tried -w acts-{me} --task-queue other
activity update-options -a tried -w acts-{me} --restore-original-options
""",
    "a limit of nothing is shown as one": """
task-queue config get -t limits-{me} --task-queue-type nexus
""",
    "a number that does not fit into its field is refused instead of cut": """
activity update-options -w nowhere -a held --retry-maximum-attempts 3000000000
""",
    "clusters and archives are not there, so their flags are refused before their values are looked at": """
operator namespace update -n default --promote-global --active-cluster active
operator namespace update -n default --history-archival-state maybe
operator namespace update -n default --replication-state maybe
operator namespace update -n default --visibility-archival-state maybe
""",
    "help that was asked for is shown, whatever else stands on the line": """
workflow list -h --limit x
""",
    "schedules, which the real one advises instead, are not there; and the advice spoils its JSON": """
workflow start --type T -t nobody -w bad-{me} --cron 'not a cron'
workflow start --type T -t nobody -w cron-{me} --cron '@every 1h'
""",
    "an empty array stays one": """
workflow execute --type Echo -t cli -w echo-{me} -i '{"b":1,"a":[]}'
""",
    "ours says what ended the command": """
workflow execute --type T -t nobody -w never-{me} --command-timeout 1s
workflow result -w start-{me} --command-timeout 1s
workflow show -w start-{me} --follow --command-timeout 1s
""",
    "ours says in which file there is no such profile": """
workflow list --config-file {home}/c.toml --profile nope
""",
    "an empty namespace is the default one, as it is in most commands of the real one": """
workflow count -n ''
""",
    "a negative time is refused instead of being none": """
workflow count --command-timeout -1s
""",
    "a header that gRPC makes itself is refused instead of left out": """
workflow count --grpc-meta grpc-timeout=1S
""",
    "what may be a key is not shown": """
workflow count --grpc-meta a
workflow count --tls-ca-path nowhere
""",
    "text that is no certificate is named before what is missing beside it": """
workflow count --tls-cert-data nope
""",
}
