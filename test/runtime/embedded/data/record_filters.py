#!/usr/bin/env python3
"""Records what the real server answers to list and count filters: visibility_rows.jsonl and visibility_filters.jsonl.

    temporal server start-dev --headless --port P --http-port H
    temporal operator search-attribute create ... (the nine Custom* attributes in ATTRIBUTES)
    record_filters.py P H FOLDER        with a Python that has temporalio
"""
import asyncio
import base64
import datetime
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

ATTRIBUTES = {
    "CustomKw": "Keyword", "CustomKw2": "Keyword", "CustomInt": "Int", "CustomInt2": "Int", "CustomDouble": "Double",
    "CustomBool": "Bool", "CustomDate": "Datetime", "CustomText": "Text", "CustomTags": "KeywordList",
}

# id -> how it ends, raw JSON of its attributes
ROWS = {
    "a": ("open", {"CustomKw": '"alpha"', "CustomInt": "7", "CustomDouble": "2.5", "CustomBool": "true",
                   "CustomDate": '"2024-01-01T00:00:00Z"', "CustomText": '"The quick brown-fox"',
                   "CustomTags": '["Red","blue"]'}),
    "b": ("open", {"CustomKw": '"Alpha"', "CustomInt": "-3", "CustomDouble": "1e300", "CustomBool": "false",
                   "CustomDate": '"2024-01-01T00:00:00.1239567Z"', "CustomText": '"lazy dog \\u00dcber caf\\u00e9"',
                   "CustomTags": '["red"]'}),
    "c": ("open", {}),
    "d": ("open", {"CustomKw": '""', "CustomInt": "0", "CustomDouble": "-0.5", "CustomText": '""', "CustomTags": "[]"}),
    "e": ("done", {"CustomKw": '"007"', "CustomInt": "9007199254740993", "CustomDouble": "100",
                   "CustomDate": '"2024-01-01T00:00:00+02:00"', "CustomText": '"it\'s a 100% match_up"',
                   "CustomTags": '["a\\u0026b","it\'s"]', "CustomBool": "true"}),
    "f": ("terminate", {"CustomKw": '"a\\u0026b\\"c\'d\\\\e"', "CustomInt": "9007199254740992"}),
    "g": ("time out", {"CustomKw": '"10"', "CustomInt": "10", "CustomText": '"10 000"'}),
    "h": ("fail", {"CustomKw": '"9"', "CustomInt": "9223372036854775807", "CustomDouble": "9.5"}),
    "i": ("cancel", {"CustomKw": '"100%_x!"', "CustomInt2": "5", "CustomKw2": '"k2"'}),
    "j": ("open", {"CustomKw": '"stra\\u00dfe \\u00c9COLE"', "CustomTags": '["\\u00c9COLE","two words"]',
                   "CustomText": '"\\u00c5ngstr\\u00f6m na\\u00efve \\u00c7A"'}),
}

FILTERS = r"""

CustomKw = 'alpha'
CustomKw != 'alpha'
CustomKw <> 'alpha'
NOT CustomKw = 'alpha'
NOT (CustomKw = 'alpha')
NOT NOT CustomKw = 'alpha'
not CustomKw != 'alpha'
CustomKw IN ('alpha', '9')
CustomKw NOT IN ('alpha', '9')
NOT CustomKw IN ('alpha', '9')
NOT (CustomKw NOT IN ('alpha', '9'))
CustomKw IS NULL
CustomKw IS NOT NULL
NOT CustomKw IS NULL
CustomKw is not null and CustomKw != ''
CustomKw = ''
CustomKw < 'alpha'
CustomKw > 'alpha'
CustomKw <= 'Alpha'
CustomKw >= '10'
CustomKw BETWEEN '10' AND '9'
CustomKw NOT BETWEEN '10' AND '9'
NOT CustomKw BETWEEN '10' AND '9'
CustomKw STARTS_WITH 'al'
CustomKw STARTS_WITH 'AL'
CustomKw starts_with ''
CustomKw NOT STARTS_WITH 'al'
NOT CustomKw STARTS_WITH 'al'
CustomKw STARTS_WITH '100%'
CustomKw STARTS_WITH '1_0'
CustomKw STARTS_WITH '100%_x!'
CustomKw STARTS_WITH 'STRASSE'
CustomKw STARTS_WITH 'straße é'
CustomKw STARTS_WITH 'straße É'
CustomKw STARTS_WITH 1
CustomKw STARTS_WITH true
CustomKw = 7
CustomKw = 007
CustomKw = 10
CustomKw = 10.0
CustomKw = 1e1
CustomKw = '10'
CustomKw > 9
CustomKw = true
CustomKw IN (9, 10)
CustomKw BETWEEN 1 AND 9
CustomKw = 'a&b"c\'d\\e'
CustomKw = 'a&b"c''d\\e'
CustomKw = "a&b""c'd\\e"
CustomKw = "alpha"
CustomKw = '''alpha'''
CustomKw = NULL
CustomKw = alpha
CustomKw = `alpha`
CustomKw = CustomKw2
CustomKw != CustomKw2
CustomKw = ('alpha')
CustomKw = ('alpha', 'x')
CustomKw IN 'alpha'
CustomKw IN ()
CustomKw IN ('alpha',)
CustomKw IN (alpha)
CustomKw IN ('alpha', NULL)
CustomKw IN ('alpha', ('9'))
CustomKw IN (select 1)
CustomKw IN (1, 'alpha', true, 1.5)
CustomKw LIKE 'al%'
CustomKw NOT LIKE 'al%'
CustomKw REGEXP 'al'
CustomKw NOT REGEXP 'al'
CustomKw RLIKE 'al'
CustomKw <=> 'alpha'
CustomKw == 'alpha'
CustomKw =! 'alpha'
CustomKw ! = 'alpha'
CustomKw => 'alpha'
CustomKw IS TRUE
CustomKw IS NOT FALSE
CustomKw IS 'alpha'
CustomKw ISNULL
CustomInt = 7
CustomInt != 7
NOT CustomInt = 7
CustomInt = 7.0
CustomInt = 7.5
CustomInt > 7.5
CustomInt < 7.5
CustomInt = 1e1
CustomInt = '7'
CustomInt = ' 7 '
CustomInt = '7.0'
CustomInt = '1e1'
CustomInt = 'x'
CustomInt != 'x'
CustomInt < 'x'
CustomInt > 'x'
CustomInt > ''
CustomInt = -3
CustomInt = +7
CustomInt = --7
CustomInt = - 3
CustomInt = -3.0
CustomInt < -2.5
CustomInt = true
CustomInt > false
CustomInt = 9007199254740993
CustomInt = 9007199254740993.0
CustomInt = '9007199254740993'
CustomInt = 9007199254740992
CustomInt = 9223372036854775807
CustomInt = 9223372036854775808
CustomInt >= 9223372036854775808
CustomInt < 9223372036854775808
CustomInt < 99999999999999999999
CustomInt < 1e400
CustomInt > -9223372036854775809
CustomInt = 0x07
CustomInt = X'07'
CustomInt = x'0A'
CustomInt = B'111'
CustomInt = b'10'
CustomInt = ?
CustomInt = :v1
CustomInt IN (7, 10)
CustomInt IN ('7', 10.0)
CustomInt NOT IN (7, 'x')
CustomInt BETWEEN 0 AND 10
CustomInt NOT BETWEEN 0 AND 10
CustomInt BETWEEN 10 AND 0
CustomInt BETWEEN '0' AND 9.5
CustomInt STARTS_WITH '7'
CustomInt STARTS_WITH '90'
CustomInt STARTS_WITH 7
CustomInt = 7 + 0
CustomInt = (7)
CustomInt = 7abc
CustomInt = 7.
CustomInt < .5
CustomInt = 1e
CustomInt = 1.2.3
CustomDouble = 2.5
CustomDouble = '2.5'
CustomDouble > 2
CustomDouble < 0
CustomDouble = 100
CustomDouble = '1e2'
CustomDouble >= 1e300
CustomDouble = 1e300
CustomDouble = 'x'
CustomDouble < 'x'
CustomDouble BETWEEN 2 AND 10
CustomDouble IN (2.5, 9.5)
CustomDouble STARTS_WITH '2.'
CustomDouble STARTS_WITH '100'
CustomDouble STARTS_WITH '1'
CustomBool = true
CustomBool = TRUE
CustomBool = false
CustomBool != true
NOT CustomBool = true
CustomBool = 1
CustomBool = 0
CustomBool = 2
CustomBool > 0
CustomBool = 'true'
CustomBool != 'true'
CustomBool = '1'
CustomBool = 1.0
CustomBool IN (true, false)
CustomBool NOT IN (true)
CustomBool BETWEEN 0 AND 1
CustomBool STARTS_WITH '1'
CustomBool = 'x'
CustomBool IS NULL
CustomBool
NOT CustomBool
CustomBool AND CustomInt = 7
CustomDate = '2024-01-01T00:00:00Z'
CustomDate != '2024-01-01T00:00:00Z'
CustomDate > '2024-01-01T00:00:00Z'
CustomDate >= '2024-01-01T00:00:00Z'
CustomDate < '2024-01-01T00:00:00Z'
CustomDate <= '2024-01-01T00:00:00Z'
CustomDate = '2024-01-01T00:00:00.000Z'
CustomDate = '2024-01-01T00:00:00.124Z'
CustomDate = '2024-01-01T00:00:00.123Z'
CustomDate = '2024-01-01T00:00:00.1239567Z'
CustomDate > '2024-01-01T00:00:00.1239567Z'
CustomDate < '2024-01-01T00:00:00.124Z'
CustomDate <= '2024-01-01T00:00:00.124Z'
CustomDate = '2023-12-31T22:00:00Z'
CustomDate >= '2023-12-31T22:00:00Z'
CustomDate BETWEEN '2023-12-31T00:00:00Z' AND '2024-01-01T00:00:00.5Z'
CustomDate NOT BETWEEN '2023-12-31T23:00:00Z' AND '2024-01-02T00:00:00Z'
CustomDate = 1704067200000000000
CustomDate >= 1704067200000000000
CustomDate >= '1704067200000000000'
CustomDate >= 1704067200.5
CustomDate >= 1704067200000000000.5
CustomDate >= 99999999999999999999
CustomDate = '2024-01-01'
CustomDate = '2024-01-01 00:00:00'
CustomDate = '2024-01-01T00:00:00'
CustomDate > '0000-01-01T00:00:00Z'
CustomDate < '9999-12-31T23:59:59Z'
CustomDate > '2024-13-01T00:00:00Z'
CustomDate > '2024-02-30T00:00:00Z'
CustomDate > true
CustomDate < true
CustomDate STARTS_WITH '2024-01-01T00:00:00Z'
CustomDate STARTS_WITH '2024'
CustomDate IN ('2024-01-01T00:00:00.124Z')
CustomDate IS NOT NULL
StartTime > '2020-01-01T00:00:00Z'
StartTime < '2020-01-01T00:00:00Z'
StartTime > 0
StartTime > -1
StartTime != 0
StartTime BETWEEN '2020-01-01T00:00:00Z' AND '2200-01-01T00:00:00+14:00'
ExecutionTime > '2020-01-01T00:00:00Z'
CloseTime IS NULL
CloseTime IS NOT NULL
CloseTime > '2020-01-01T00:00:00Z'
CloseTime < '2200-01-01T00:00:00Z'
CloseTime > '2200-01-01T00:00:00Z'
CloseTime = '9999-12-31T23:59:59Z'
CloseTime != '9999-12-31T23:59:59Z'
CloseTime > true
CloseTime < 5
CloseTime STARTS_WITH '9999-12-31T23:59:59Z'
TemporalCloseTime > '2020-01-01T00:00:00Z'
TemporalWorkflowId = 'a'
ExecutionStatus = 'Running'
ExecutionStatus = 'running'
ExecutionStatus = "Completed"
ExecutionStatus = 'WORKFLOW_EXECUTION_STATUS_COMPLETED'
ExecutionStatus = 'WORKFLOW_EXECUTION_STATUS_Completed'
ExecutionStatus = 'ContinuedAsNew'
ExecutionStatus = 'TimedOut'
ExecutionStatus = 'Timed_Out'
ExecutionStatus = 'Paused'
ExecutionStatus = 'Unspecified'
ExecutionStatus = 1
ExecutionStatus = 0
ExecutionStatus = 77
ExecutionStatus = -1
ExecutionStatus = '2'
ExecutionStatus = 1.0
ExecutionStatus = true
ExecutionStatus = ''
ExecutionStatus != 'Running'
ExecutionStatus > 'Running'
ExecutionStatus < 'Canceled'
ExecutionStatus >= 'Canceled'
ExecutionStatus BETWEEN 'Completed' AND 'Terminated'
ExecutionStatus BETWEEN 2 AND 'Failed'
ExecutionStatus IN ('Running', 'Failed')
ExecutionStatus IN (1, 'Failed', 7)
ExecutionStatus NOT IN ('Running', 'Failed')
ExecutionStatus STARTS_WITH 'Running'
ExecutionStatus STARTS_WITH 'Run'
ExecutionStatus IS NULL
ExecutionStatus LIKE 'Run%'
ExecutionDuration IS NULL
ExecutionDuration > 0
ExecutionDuration >= '0s'
ExecutionDuration < '1h30m'
ExecutionDuration < '1d'
ExecutionDuration < '1.5d12h'
ExecutionDuration < '24:00:00'
ExecutionDuration < '1:2:3'
ExecutionDuration < '24:61:00'
ExecutionDuration < '100000000000000'
ExecutionDuration > '-5m'
ExecutionDuration < 'x'
ExecutionDuration < 1.5e15
ExecutionDuration < '1h x'
ExecutionDuration > true
ExecutionDuration STARTS_WITH '1h'
HistoryLength IS NULL
HistoryLength > 0
HistoryLength < 1000
HistorySizeBytes > 0
StateTransitionCount > 0
WorkflowId = 'a'
WorkflowId != 'a'
WorkflowId IN ('a','b') AND WorkflowType = 'Open'
WorkflowId STARTS_WITH 'A'
WorkflowType != 'Open'
ScheduleId = 'a'
TaskQueue = 'filters'
RunId IS NOT NULL
RunId STARTS_WITH 'z'
ParentWorkflowId IS NULL
ParentWorkflowId = ''
RootWorkflowId = 'a'
BuildIds IS NULL
BuildIds = 'x'
BuildIds != 'x'
TemporalChangeVersion = 'x'
BatcherUser = 'x'
BatcherUser IS NULL
TemporalScheduledById IS NULL
TemporalSchedulePaused = false
TemporalNamespaceDivision IS NULL
TemporalNamespaceDivision = 'x'
TemporalNamespaceDivision != 'x'
NamespaceDivision IS NULL
ChangeVersion = 'x'
CustomTags = 'Red'
CustomTags = 'red'
CustomTags = 'RED'
CustomTags = 're'
CustomTags = ''
CustomTags != 'red'
NOT CustomTags = 'red'
CustomTags IN ('red', 'blue')
CustomTags NOT IN ('red', 'blue')
CustomTags IN ('blue', 5)
CustomTags = 5
CustomTags = true
CustomTags = 1.5
CustomTags > 'red'
CustomTags <= 'red'
CustomTags STARTS_WITH 're'
CustomTags NOT STARTS_WITH 're'
CustomTags BETWEEN 'a' AND 'z'
CustomTags LIKE 're%'
CustomTags IS NULL
CustomTags IS NOT NULL
CustomTags = 'a&b'
CustomTags = 'it''s'
CustomTags = 'École'
CustomTags = 'école'
CustomTags = 'Ecole'
CustomTags = 'two words'
CustomTags = 'two'
CustomTags IN ('red')
CustomTags = ('red')
CustomTags = ('red', 'blue')
CustomText = 'quick'
CustomText = 'QUICK'
CustomText = 'the fox'
CustomText = 'nothing fox'
CustomText = 'quick brown'
CustomText = 'brown-fox'
CustomText = 'fox-brown'
CustomText = 'brown.fox'
CustomText = 'qui'
CustomText = 'qui*'
CustomText != 'quick'
NOT CustomText = 'quick'
CustomText IN ('quick')
CustomText > 'quick'
CustomText STARTS_WITH 'The'
CustomText BETWEEN 'a' AND 'z'
CustomText = ''
CustomText = '   '
CustomText = '-'
CustomText = 'cafe'
CustomText = 'CAFÉ'
CustomText = 'über'
CustomText = 'uber'
CustomText = 'angstrom'
CustomText = 'naive'
CustomText = 'ca'
CustomText = '100%'
CustomText = 'it''s'
CustomText = 'match_up'
CustomText = 'match up'
CustomText = 10
CustomText = true
CustomText = '10'
CustomText = '000'
CustomText IS NULL
CustomText IS NOT NULL
CustomText = 'quick' OR CustomText = 'dog'
CustomKw = 'alpha' && CustomInt = 7
CustomKw = 'alpha' || CustomInt = 10
CustomKw = 'alpha' & CustomInt = 7
CustomKw = 'alpha' | CustomInt = 7
CustomKw = 'alpha' AND CustomInt = 7;
CustomKw = 'alpha' ;
CustomKw = 'alpha';;
CustomKw = 'alpha'; CustomInt = 7
;
CustomKw = 'alpha' -- comment
CustomKw = 'alpha' # comment
CustomKw = 'alpha' // comment
-- comment
/* comment */ CustomKw = 'alpha'
CustomKw /* comment */ = 'alpha'
CustomKw = 'alpha' /* never closed
CustomKw = /*! 'alpha' */
CustomKw = 'alpha' /*! AND CustomInt = 8 */
CustomKw = 'alpha' OR CustomInt = 10 AND CustomInt = 10
(CustomKw = 'alpha' OR CustomInt = 10) AND CustomInt = 10
CustomKw = 'alpha' AND NOT CustomInt = 10
NOT CustomKw = 'alpha' AND CustomInt = 10
NOT (CustomKw = 'alpha' AND CustomInt = 10)
NOT (CustomKw = 'alpha' OR CustomInt = 10)
NOT (CustomKw = 'alpha' OR CustomKw2 = 'k2')
! CustomKw = 'alpha'
!(CustomKw = 'alpha')
CustomKw = 'alpha' XOR CustomInt = 7
((CustomKw = 'alpha'))
(CustomKw = 'alpha'
CustomKw = 'alpha')
()
(CustomKw) = 'alpha'
`CustomKw` = 'alpha'
`Custom``Kw` = 'alpha'
`` = 'alpha'
`CustomKw = 'alpha'
"CustomKw" = 'alpha'
'CustomKw' = 'alpha'
'alpha' = CustomKw
1 = 1
1
'x'
true
NULL
customkw = 'alpha'
custom.CustomKw = 'alpha'
Keyword01 = 'alpha'
Nope = 1
Nope IS NULL
Nope BETWEEN 1 AND 2
select = 1
status = 1
date = 1
from
group = 1
limit = 1
CustomKw = 'alpha
CustomKw = "alpha
CustomKw 'alpha'
CustomKw = = 'alpha'
= 'alpha'
CustomKw =
CustomKw
CustomKw =  AND CustomInt = 7
AND CustomInt = 7
CustomKw = 'alpha' CustomInt = 7
CustomKw = 'alpha' AND
CustomKw = 'alpha' OR OR CustomInt = 7
CustomKw BETWEEN 'a'
CustomKw BETWEEN 'a' OR 'b'
CustomKw NOT 'alpha'
CustomKw NOT NULL
NOT
CustomKw = 'alpha' ORDER BY StartTime
ORDER BY StartTime
ORDER BY Nope
order by StartTime desc
CustomKw = 'alpha' LIMIT 5
LIMIT 5
CustomKw = 'alpha' HAVING CustomInt = 1
CustomKw = 'alpha' FOR UPDATE
CustomKw = 'alpha' LOCK IN SHARE MODE
WHERE CustomKw = 'alpha'
SELECT * FROM x
length(CustomKw) = 5
CustomKw = lower('ALPHA')
lower('x')
now() > 1
CustomKw = 'al' + 'pha'
CustomInt + 1 = 8
-CustomInt = 3
CustomInt = 7 AND CASE WHEN 1 THEN 2 END
EXISTS (select 1)
CustomInt % 2 = 0
CustomInt = 7 COLLATE utf8
CustomInt -> 'x' = 1
CustomKw = @x
CustomKw = @@x
CustomKw = $1
CustomKw = {a}
CustomKw = 'é'
CustomKw = 'a\nb\tc\0d\Ze'
CustomKw = 'alpha' IS TRUE
CustomKw = 'alpha' IS NULL
(CustomKw = 'alpha') IS NULL
CustomKw IN ('alpha') = true
CustomInt = 7 = 1
CustomInt < 7 < 8
NOT CustomKw
(CustomKw, CustomInt) = ('alpha', 7)
CustomKw = group_concat('x')
interval 1 day = 1
CustomInt = ~7
CustomInt = !7
CustomInt = binary 7
CustomKw = default
default = 1
CustomKw = 'alpha' as x
""".split("\n")[1:-1]

# A zero behind a token is not seen; elsewhere it is a character.
FILTERS += """
CustomKw = 'alpha'~
CustomKw = 'alpha'~~
CustomKw = 'alpha' ~
CustomKw = 'alpha'~ OR CustomInt = 10
CustomKw = 'alpha' OR~CustomInt = 10
CustomKw~= 'alpha'
CustomKw =~'alpha'
CustomKw = ~'alpha'
Custom~Kw = 'alpha'
`Custom~Kw` = 'alpha'
`CustomKw`~ = 'alpha'
~CustomKw = 'alpha'
~
CustomInt = 7~
CustomInt = 7~7
CustomInt = 0x~7
CustomInt >~= 7
CustomInt IN (7~,~10~)~
/* ~ */ CustomKw = 'alpha'
/* */~CustomKw = 'alpha'
/* */~~CustomKw = 'alpha'
CustomKw = 'alpha' -- ~
CustomKw = /*! 'alpha'~ */~
CustomKw = 'al~pha'
CustomKw = 'alpha~'
CustomKw != '~'
CustomKw = 'al''~pha'
CustomKw STARTS_WITH 'al~'
CustomTags = 'Red~'
CustomTags != 'Re~d'
CustomTags IN ('Red~', 'blue')
CustomTags = "i't~s"
CustomText = 'quick~'
CustomText = 'quick ~ dog'
CustomText != 'qu~ick'
CustomDate > '2024-01-01T00:00:00Z~'
ExecutionStatus = 'Run~ning'
ExecutionDuration < '1h~'
ORDER BY ~
""".replace("~", "\0").split("\n")[1:-1]

GROUPS = r"""

GROUP BY ExecutionStatus
group by ExecutionStatus
GROUP  BY ExecutionStatus
CustomInt > 0 GROUP BY ExecutionStatus
GROUP BY ExecutionStatus;
GROUP BY `ExecutionStatus`
GROUP BY TemporalExecutionStatus
GROUP BY WorkflowType
GROUP BY CustomKw
GROUP BY CloseTime
GROUP BY Nope
GROUP BY ExecutionStatus, WorkflowType
GROUP BY
GROUP BY 1
GROUP BY 'x'
GROUP BY (ExecutionStatus)
GROUP BY ExecutionStatus HAVING 1 = 1
GROUP BY ExecutionStatus ORDER BY StartTime
GROUP BY ExecutionStatus LIMIT 1
Nope = 1 GROUP BY Nope
CustomKw = 'none' GROUP BY ExecutionStatus
CustomKw = 'alpha'
CustomTags = ('red', 'blue')
CustomKw = ('alpha', 'x')
""".split("\n")[1:-1]
GROUPS += ["GROUP BY Execution\0Status", "GROUP BY ExecutionStatus\0", "GROUP BY\0ExecutionStatus"]


@workflow.defn(name="Open")
class Open:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="Done")
class Done:
    @workflow.run
    async def run(self) -> str:
        return "x"


@workflow.defn(name="Fail")
class Fail:
    @workflow.run
    async def run(self) -> None:
        raise ApplicationError("no", non_retryable=True)


class Http:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}/api/v1/namespaces/default/"

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.base + path, data=data), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def ask(self, what, query):
        return self.call(f"{what}?maximumPageSize=1000&query=" + urllib.parse.quote(query))


def b64(text):
    return base64.b64encode(text.encode()).decode()


def start(http, name, end, attributes):
    kind = {"done": "Done", "fail": "Fail"}.get(end, "Open")
    body = {"workflowType": {"name": kind}, "taskQueue": {"name": "filters"}, "requestId": name,
            "searchAttributes": {"indexedFields": {
                key: {"metadata": {"encoding": b64("json/plain")}, "data": b64(value)}
                for key, value in attributes.items()}}}
    if end == "time out":
        body["workflowRunTimeout"] = "1s"
    answer = http.call("workflows/" + name, body)
    assert "runId" in answer, answer


async def record(port, http, folder):
    client = await Client.connect(f"127.0.0.1:{port}")
    async with Worker(client, task_queue="filters", workflows=[Open, Done, Fail],
                      workflow_runner=UnsandboxedWorkflowRunner()):
        for name, (end, attributes) in ROWS.items():
            start(http, name, end, attributes)
            handle = client.get_workflow_handle(name)
            if end == "terminate":
                await handle.terminate()
            elif end == "cancel":
                await handle.cancel()
            if end != "open":
                while (await handle.describe()).status == 1:
                    await asyncio.sleep(0.05)
    ended = sum(end != "open" for end, _ in ROWS.values())
    while True:
        rows = http.ask("workflows", "").get("executions", [])
        if len(rows) == len(ROWS) and sum("closeTime" in row for row in rows) == ended:
            break
        await asyncio.sleep(0.2)
    with open(folder + "/visibility_rows.jsonl", "w") as out:
        for row in rows:
            # List shows an integer as the double next to it; what was given is what is stored.
            fields = row.get("searchAttributes", {}).get("indexedFields", {})
            for key, value in ROWS[row["execution"]["workflowId"]][1].items():
                if key in fields:
                    fields[key]["data"] = b64(value)
            out.write(json.dumps(row) + "\n")
    with open(folder + "/visibility_filters.jsonl", "w") as out:
        for text in FILTERS:
            answer = http.ask("workflows", text)
            line = {"list": text}
            if "code" in answer and "message" in answer:
                line |= {"code": answer["code"], "message": answer["message"]}
            else:
                line["found"] = "".join(row["execution"]["workflowId"] for row in answer.get("executions", []))
            out.write(json.dumps(line) + "\n")
        for text in GROUPS:
            answer = http.ask("workflow-count", text)
            line = {"count": text}
            if "code" in answer and "message" in answer:
                line |= {"code": answer["code"], "message": answer["message"]}
            else:
                line["found"] = " ".join([answer.get("count", "0")] + [
                    base64.b64decode(group["groupValues"][0]["data"]).decode() + "=" + group["count"]
                    if isinstance(group["groupValues"][0], dict) else f'"{group["groupValues"][0]}"={group["count"]}'
                    for group in answer.get("groups", [])])
            out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    asyncio.run(record(int(sys.argv[1]), Http(int(sys.argv[2])), sys.argv[3]))
