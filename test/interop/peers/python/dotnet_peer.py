# SPDX-License-Identifier: Apache-2.0
"""The .NET samples' workers, played in Python with .NET's names and JSON: members in Pascal case, enums as numbers from 0,
`void` as nothing. `dotnet_peer.py SAMPLE handler-worker|caller-worker|remote-handler-worker|remote-caller-worker`."""

import asyncio
import contextvars
import dataclasses
import os
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

import nexusrpc
import nexusrpc.handler
from temporalio import activity, nexus, workflow
import temporalio.client
import temporalio.worker
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.converter import PayloadConverter
from temporalio.exceptions import NexusOperationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

SAMPLE = sys.argv[1].replace("_", "-")
HANDLERS, CALLERS = f"{SAMPLE}-handler-sample", f"{SAMPLE}-caller-sample"
ENDPOINT = f"{SAMPLE}-endpoint"
CALLER_PATTERN, ON_DEMAND_PATTERN = f"{SAMPLE}-caller-pattern-endpoint", f"{SAMPLE}-on-demand-pattern-endpoint"


class HelloLanguage(IntEnum):
    En, Fr, De, Es, Tr = range(5)


HELLO = dict(zip(HelloLanguage, ("Hello", "Bonjour", "Hallo", "¡Hola!", "Merhaba")))


@dataclass
class EchoInput:
    Message: str


@dataclass
class EchoOutput:
    Message: str


@dataclass
class HelloInput:
    Name: str
    Language: HelloLanguage


@dataclass
class HelloOutput:
    Message: str


def hello(language, name):
    return HelloOutput(f"{HELLO[HelloLanguage(language)]} {name} 👋")


@nexusrpc.service
class HelloService:
    Echo: nexusrpc.Operation[EchoInput, EchoOutput]
    SayHello: nexusrpc.Operation[HelloInput, HelloOutput]


@workflow.defn(name="HelloHandlerWorkflow")
class Simple:
    @workflow.run
    async def run(self, input: HelloInput) -> HelloOutput:
        return hello(input.Language, input.Name)


@workflow.defn(name="HelloHandlerWorkflow")
class MultiArg:
    @workflow.run
    async def run(self, language: HelloLanguage, name: str) -> HelloOutput:
        return hello(language, name)


@workflow.defn(name="HelloHandlerWorkflow")
class Cancellation:
    @workflow.run
    async def run(self, input: HelloInput) -> HelloOutput:
        try:
            await workflow.sleep(workflow.random().uniform(0, 1))
        except asyncio.CancelledError:
            await asyncio.shield(workflow.sleep(workflow.random().uniform(0, 1)))
            raise
        return hello(input.Language, input.Name)


CONTEXT_KEY = "__my_context_key"
user_id: contextvars.ContextVar[str] = contextvars.ContextVar(CONTEXT_KEY, default="")


class ReadsAndPassesTheUser(temporalio.worker.WorkflowInboundInterceptor):
    def init(self, outbound):
        super().init(PassesTheUser(outbound))

    async def execute_workflow(self, input):
        if found := input.headers.get(CONTEXT_KEY):
            user_id.set(PayloadConverter.default.from_payload(found))
        return await super().execute_workflow(input)


class PassesTheUser(temporalio.worker.WorkflowOutboundInterceptor):
    async def start_nexus_operation(self, input):
        return await super().start_nexus_operation(
            dataclasses.replace(input, headers={**(input.headers or {}), CONTEXT_KEY: user_id.get()}))


class TakesTheUser(temporalio.worker.NexusOperationInboundInterceptor):
    async def execute_nexus_operation_start(self, input):
        user_id.set(input.ctx.headers.get(CONTEXT_KEY, ""))
        return await super().execute_nexus_operation_start(input)


class SendsTheUser(temporalio.client.OutboundInterceptor):
    async def start_workflow(self, input):
        headers = {**input.headers, CONTEXT_KEY: PayloadConverter.default.to_payload(user_id.get())}
        return await super().start_workflow(dataclasses.replace(input, headers=headers))


class UserPropagation(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """`ContextPropagationInterceptor`: a payload in the headers of workflows, plain text in those of Nexus."""

    def intercept_client(self, next):
        return SendsTheUser(next)

    def workflow_interceptor_class(self, input):
        return ReadsAndPassesTheUser

    def intercept_nexus_operation(self, next):
        return TakesTheUser(next)


@workflow.defn(name="HelloHandlerWorkflow")
class ContextPropagation:
    @workflow.run
    async def run(self, input: HelloInput) -> HelloOutput:
        return HelloOutput(f"{hello(input.Language, input.Name).Message} (user id: {user_id.get()})")


@nexusrpc.handler.service_handler(service=HelloService)
class HelloServiceHandler:
    @nexusrpc.handler.sync_operation
    async def Echo(self, _: nexusrpc.handler.StartOperationContext, input: EchoInput) -> EchoOutput:
        return EchoOutput(input.Message)

    @nexus.workflow_run_operation
    async def SayHello(self, ctx: nexus.WorkflowRunOperationContext, input: HelloInput) -> nexus.WorkflowHandle[HelloOutput]:
        id = f"hello-{HelloLanguage(input.Language).name}-{input.Name}"
        if SAMPLE == "nexus-multi-arg":
            return await ctx.start_workflow(MultiArg.run, args=[input.Language, input.Name], id=id)
        return await ctx.start_workflow(RUNS[SAMPLE].run, input, id=id)


RUNS = {"nexus-simple": Simple, "nexus-multi-arg": MultiArg, "nexus-cancellation": Cancellation,
        "nexus-context-propagation": ContextPropagation}


@workflow.defn
class EchoCallerWorkflow:
    @workflow.run
    async def run(self, message: str) -> str:
        client = workflow.create_nexus_client(service=HelloService, endpoint=ENDPOINT)
        return (await client.execute_operation(HelloService.Echo, EchoInput(message))).Message


@workflow.defn(name="HelloCallerWorkflow")
class HelloCaller:
    @workflow.run
    async def run(self, name: str, language: HelloLanguage) -> str:
        client = workflow.create_nexus_client(service=HelloService, endpoint=ENDPOINT)
        return (await client.execute_operation(HelloService.SayHello, HelloInput(name, language))).Message


@workflow.defn(name="HelloCallerWorkflow")
class CancellingCaller:
    @workflow.run
    async def run(self, name: str) -> str:
        client = workflow.create_nexus_client(service=HelloService, endpoint=ENDPOINT)
        calls = [
            asyncio.create_task(client.execute_operation(
                HelloService.SayHello, HelloInput(name, language),
                cancellation_type=workflow.NexusOperationCancellationType.WAIT_REQUESTED))
            for language in HelloLanguage
        ]
        done, pending = await workflow.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        for call in pending:
            call.cancel()
        for call in pending:
            try:
                await call
            except (NexusOperationError, asyncio.CancelledError):
                pass
        return (await next(iter(done))).Message


class Language(IntEnum):
    Arabic, Chinese, English, French, Hindi, Portuguese, Spanish = range(7)


@dataclass
class GetLanguagesInput:
    IncludeUnsupported: bool
    UserId: str


@dataclass
class GetLanguagesOutput:
    Languages: list[Language]


@dataclass
class GetLanguageInput:
    UserId: str


@dataclass
class SetLanguageInput:
    Language: Language
    UserId: str


@dataclass
class ApproveInput:
    Name: str
    UserId: str


@dataclass
class RunFromRemoteInput:
    UserId: str


@nexusrpc.service
class NexusGreetingService:
    GetLanguages: nexusrpc.Operation[GetLanguagesInput, GetLanguagesOutput]
    GetLanguage: nexusrpc.Operation[GetLanguageInput, Language]
    SetLanguage: nexusrpc.Operation[SetLanguageInput, Language]
    Approve: nexusrpc.Operation[ApproveInput, None]


@nexusrpc.service
class NexusRemoteGreetingService:
    RunFromRemote: nexusrpc.Operation[RunFromRemoteInput, str]
    GetLanguages: nexusrpc.Operation[GetLanguagesInput, GetLanguagesOutput]
    GetLanguage: nexusrpc.Operation[GetLanguageInput, Language]
    SetLanguage: nexusrpc.Operation[SetLanguageInput, Language]
    Approve: nexusrpc.Operation[ApproveInput, None]


@activity.defn(name="GetAllGreetings")
async def get_all_greetings() -> dict[str, str]:
    return {
        "Arabic": "مرحبا بالعالم", "Chinese": "你好，世界", "English": "Hello, world", "French": "Bonjour, monde",
        "Hindi": "नमस्ते दुनिया", "Portuguese": "Olá, mundo", "Spanish": "Hola, mundo",
    }


@workflow.defn
class GreetingWorkflow:
    def __init__(self) -> None:
        self.known = {Language.Chinese: "你好，世界", Language.English: "Hello, world"}
        self.current = Language.English
        self.approved_by = ""

    @workflow.run
    async def run(self, _: str) -> str:
        await workflow.wait_condition(lambda: bool(self.approved_by) and workflow.all_handlers_finished())
        return f"{self.known[self.current]} (approved by {self.approved_by})"

    @workflow.query(name="QueryLanguages")
    def languages(self, include_unsupported: bool) -> GetLanguagesOutput:
        return GetLanguagesOutput(list(Language) if include_unsupported else list(self.known))

    @workflow.query(name="QueryLanguage")
    def language(self) -> Language:
        return self.current

    @workflow.update(name="SetLanguage")
    async def set_language(self, to: Language) -> Language:
        if to not in self.known:
            found = await workflow.execute_activity(get_all_greetings, start_to_close_timeout=timedelta(seconds=10))
            self.known = {each: found[each.name] for each in Language}
        before, self.current = self.current, Language(to)
        return before

    @workflow.signal(name="Approve")
    def approve(self, by: str) -> None:
        self.approved_by = by


def greetings_of(user):
    return nexus.client().get_workflow_handle(f"GreetingWorkflow_for_{user}")


class Greetings:
    """The operations that both services have."""

    @nexusrpc.handler.sync_operation
    async def GetLanguages(self, _: nexusrpc.handler.StartOperationContext, input: GetLanguagesInput) -> GetLanguagesOutput:
        return await greetings_of(input.UserId).query("QueryLanguages", input.IncludeUnsupported, result_type=GetLanguagesOutput)

    @nexusrpc.handler.sync_operation
    async def GetLanguage(self, _: nexusrpc.handler.StartOperationContext, input: GetLanguageInput) -> Language:
        return await greetings_of(input.UserId).query("QueryLanguage", result_type=Language)

    @nexusrpc.handler.sync_operation
    async def SetLanguage(self, _: nexusrpc.handler.StartOperationContext, input: SetLanguageInput) -> Language:
        return await greetings_of(input.UserId).execute_update("SetLanguage", input.Language, result_type=Language)

    @nexusrpc.handler.sync_operation
    async def Approve(self, _: nexusrpc.handler.StartOperationContext, input: ApproveInput) -> None:
        await greetings_of(input.UserId).signal("Approve", input.Name)


@nexusrpc.handler.service_handler(service=NexusGreetingService)
class GreetingHandler(Greetings):
    pass


@nexusrpc.handler.service_handler(service=NexusRemoteGreetingService)
class RemoteGreetingHandler(Greetings):
    @nexus.workflow_run_operation
    async def RunFromRemote(self, ctx: nexus.WorkflowRunOperationContext, input: RunFromRemoteInput) -> nexus.WorkflowHandle[str]:
        return await ctx.start_workflow(GreetingWorkflow.run, input.UserId, id=f"GreetingWorkflow_for_{input.UserId}")


@workflow.defn
class CallerWorkflow:
    @workflow.run
    async def run(self, user: str) -> list[str]:
        client = workflow.create_nexus_client(service=NexusGreetingService, endpoint=CALLER_PATTERN)
        supported = await client.execute_operation(NexusGreetingService.GetLanguages, GetLanguagesInput(False, user))
        current = await client.execute_operation(NexusGreetingService.GetLanguage, GetLanguageInput(user))
        before = await client.execute_operation(NexusGreetingService.SetLanguage, SetLanguageInput(Language.Chinese, user))
        await client.execute_operation(NexusGreetingService.Approve, ApproveInput("CallerWorkflow", user))
        return [
            "Supported languages: " + ", ".join(Language(each).name for each in supported.Languages),
            f"Current language: {Language(current).name}", f"Set language from {Language(before).name} to Chinese",
            "Approved workflow",
        ]


@workflow.defn
class CallerRemoteWorkflow:
    @workflow.run
    async def run(self) -> list[str]:
        service = NexusRemoteGreetingService
        client = workflow.create_nexus_client(service=service, endpoint=ON_DEMAND_PATTERN)
        log, runs = [], {}
        for user in ("user-one", "user-two"):
            runs[user] = await client.start_operation(service.RunFromRemote, RunFromRemoteInput(user))
            log.append(f"Started remote workflow for user: {user}")
        supported = await client.execute_operation(service.GetLanguages, GetLanguagesInput(False, "user-one"))
        log.append("[One] Supported languages: " + ", ".join(Language(each).name for each in supported.Languages))
        for user, name, to in (("user-one", "One", Language.Spanish), ("user-two", "Two", Language.French)):
            if user == "user-two":
                current = await client.execute_operation(service.GetLanguage, GetLanguageInput(user))
                log.append(f"[Two] Current language: {Language(current).name}")
            before = await client.execute_operation(service.SetLanguage, SetLanguageInput(to, user))
            log.append(f"[{name}] Set language from {Language(before).name} to {to.name}")
            await client.execute_operation(service.Approve, ApproveInput("CallerRemoteWorkflow", user))
            log.append(f"[{name}] Approved")
        return log + [f"[{name}] Result: {await runs[user]}" for user, name in (("user-one", "One"), ("user-two", "Two"))]


async def main(verb):
    role = "caller" if "caller" in verb else "handler"
    interceptors = [UserPropagation()] if SAMPLE == "nexus-context-propagation" else []
    client = await Client.connect(
        os.environ["TEMPORAL_ADDRESS"], namespace=f"{SAMPLE}-{role}-namespace", interceptors=interceptors)
    messaging = SAMPLE == "nexus-messaging"
    if role == "caller":
        hello_callers = [CancellingCaller] if SAMPLE == "nexus-cancellation" else [EchoCallerWorkflow, HelloCaller]
        serves = {"workflows": [CallerWorkflow, CallerRemoteWorkflow] if messaging else hello_callers}
    elif messaging:
        handler = RemoteGreetingHandler() if verb.startswith("remote") else GreetingHandler()
        serves = {"workflows": [GreetingWorkflow], "activities": [get_all_greetings], "nexus_service_handlers": [handler]}
        if verb == "handler-worker":
            await client.start_workflow(
                GreetingWorkflow.run, "default-user", id="GreetingWorkflow_for_default-user", task_queue=HANDLERS,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
    else:
        serves = {"workflows": [RUNS[SAMPLE]], "nexus_service_handlers": [HelloServiceHandler()]}
    await Worker(
        client, task_queue=HANDLERS if role == "handler" else CALLERS, workflow_runner=UnsandboxedWorkflowRunner(), **serves
    ).run()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # the SDK's own end of a process is not ours to test
    asyncio.run(main(sys.argv[2]))
