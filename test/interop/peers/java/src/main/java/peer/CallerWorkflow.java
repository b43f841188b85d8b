// SPDX-License-Identifier: Apache-2.0
package peer;

import io.nexusrpc.handler.HandlerException;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkflowOutboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowOutboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.NexusOperationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.NexusOperationCancellationType;
import io.temporal.workflow.NexusOperationHandle;
import io.temporal.workflow.NexusOperationOptions;
import io.temporal.workflow.NexusServiceOptions;
import io.temporal.workflow.NexusServiceStub;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowLocal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls one operation, and says what came of it. */
public final class CallerWorkflow implements Contract.Caller {
  private static final WorkflowLocal<String> headerToSend = WorkflowLocal.withCachedInitial(() -> "");

  @Override
  public Contract.Outcome run(Contract.Call call) {
    headerToSend.set(call.header());
    NexusServiceStub stub =
        Workflow.newUntypedNexusServiceStub(
            "Matrix",
            NexusServiceOptions.newBuilder()
                .setEndpoint(call.endpoint())
                .setOperationOptions(options(call))
                .build());
    Contract.Ask ask =
        new Contract.Ask(call.how(), call.id(), call.size() == 0 ? call.text() : "x".repeat(call.size()));
    String text = "";
    List<String> errors = new ArrayList<>();
    List<NexusOperationHandle<Contract.Answer>> begun = new ArrayList<>();
    CancellationScope scope =
        Workflow.newCancellationScope(
            () -> begun.add(stub.start(call.operation(), Contract.Answer.class, ask)));
    try {
      scope.run();
      begun.get(0).getExecution().get();
      if (!call.cancel().isEmpty()) {
        scope.cancel();
      }
      text = begun.get(0).getResult().get().text();
      if (text.length() >= 1000) {
        text = text.length() + " characters";
      }
    } catch (TemporalFailure error) {
      errors = chain(error);
    }
    if (call.linger() != 0) {
      Workflow.sleep(Duration.ofMillis(call.linger()));
    }
    return new Contract.Outcome(text, errors);
  }

  private static NexusOperationOptions options(Contract.Call call) {
    NexusOperationOptions.Builder options = NexusOperationOptions.newBuilder();
    if (call.schedule_to_close() != 0) {
      options.setScheduleToCloseTimeout(Duration.ofMillis(call.schedule_to_close()));
    }
    if (call.schedule_to_start() != 0) {
      options.setScheduleToStartTimeout(Duration.ofMillis(call.schedule_to_start()));
    }
    if (call.start_to_close() != 0) {
      options.setStartToCloseTimeout(Duration.ofMillis(call.start_to_close()));
    }
    if (!call.cancel().isEmpty()) {
      options.setCancellationType(NexusOperationCancellationType.valueOf(call.cancel()));
    }
    if (!call.summary().isEmpty()) {
      options.setSummary(call.summary());
    }
    return options.build();
  }

  /** Each error of the chain that begins with the operation's: `kind: message`. */
  private static List<String> chain(Throwable error) {
    List<String> lines = new ArrayList<>();
    for (Throwable at = error; at != null; at = at.getCause()) {
      String message = at instanceof TemporalFailure of ? of.getOriginalMessage() : at.getMessage();
      lines.add(kindOf(at) + ": " + message);
    }
    return lines;
  }

  private static String kindOf(Throwable error) {
    if (error instanceof NexusOperationFailure) {
      return "nexus";
    }
    if (error instanceof HandlerException of) {
      return "handler " + of.getRawErrorType();
    }
    if (error instanceof ApplicationFailure of) {
      return "application " + of.getType();
    }
    if (error instanceof CanceledFailure) {
      return "canceled";
    }
    if (error instanceof TimeoutFailure of) {
      return "timeout " + of.getTimeoutType().name().replace("TIMEOUT_TYPE_", "");
    }
    return error.getClass().getSimpleName();
  }

  /** Calls have no option for headers. */
  static final class HeaderInterceptor extends WorkerInterceptorBase {
    @Override
    public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
      return new WorkflowInboundCallsInterceptorBase(next) {
        @Override
        public void init(WorkflowOutboundCallsInterceptor outbound) {
          super.init(
              new WorkflowOutboundCallsInterceptorBase(outbound) {
                @Override
                public <R> ExecuteNexusOperationOutput<R> executeNexusOperation(
                    ExecuteNexusOperationInput<R> input) {
                  return super.executeNexusOperation(withHeader(input));
                }
              });
        }
      };
    }

    private static <R> WorkflowOutboundCallsInterceptor.ExecuteNexusOperationInput<R> withHeader(
        WorkflowOutboundCallsInterceptor.ExecuteNexusOperationInput<R> input) {
      Map<String, String> headers = new HashMap<>(input.getHeaders());
      if (!headerToSend.get().isEmpty()) {
        headers.put(Contract.HEADER, headerToSend.get());
      }
      return new WorkflowOutboundCallsInterceptor.ExecuteNexusOperationInput<>(
          input.getEndpoint(),
          input.getService(),
          input.getOperation(),
          input.getResultClass(),
          input.getResultType(),
          input.getArg(),
          input.getOptions(),
          headers);
    }
  }
}
