// SPDX-License-Identifier: Apache-2.0
package peer;

import io.nexusrpc.OperationException;
import io.nexusrpc.handler.HandlerException;
import io.nexusrpc.handler.OperationHandler;
import io.nexusrpc.handler.OperationImpl;
import io.nexusrpc.handler.ServiceImpl;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.StartActivityOptions;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.nexus.Nexus;
import io.temporal.nexus.TemporalOperationHandler;
import io.temporal.nexus.WorkflowRunOperation;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The service, and what its operations go on as. */
final class HandlerSide {
  private HandlerSide() {}

  static Contract.Answer reply(String text) {
    return new Contract.Answer(Main.me + ": " + text);
  }

  public static final class RunWorkflow implements Contract.Run {
    private boolean finished = false;

    @Override
    public Contract.Answer run(Contract.Ask ask) {
      if (ask.how().equals("fail")) {
        throw ApplicationFailure.newNonRetryableFailure("no money", "Poor");
      }
      if (ask.how().equals("wait") || ask.how().equals("stay")) {
        try {
          Workflow.await(() -> finished);
        } catch (CanceledFailure canceled) {
          Duration cleanup = Duration.ofSeconds(ask.how().equals("stay") ? 20 : 1);
          CancellationScope detached =
              Workflow.newDetachedCancellationScope(() -> Workflow.sleep(cleanup));
          detached.run();
          throw canceled;
        }
      }
      return reply(ask.text());
    }

    @Override
    public void finish() {
      finished = true;
    }
  }

  public static final class TargetWorkflow implements Contract.Target {
    private final List<String> written = new ArrayList<>();

    @Override
    public void run() {
      Workflow.await(() -> false);
    }

    @Override
    public void note(String text) {
      written.add(text);
    }

    @Override
    public List<String> notes() {
      return written;
    }

    @Override
    public Contract.Answer approve(Contract.Ask ask) {
      Workflow.sleep(Duration.ofMillis(200));
      return reply(ask.text());
    }
  }

  public static final class ActivityCode implements Contract.Activity {
    @Override
    public Contract.Answer act(Contract.Ask ask) {
      return reply(ask.text());
    }
  }

  @ServiceImpl(service = Contract.Matrix.class)
  public static final class Handler {
    private final Map<String, Integer> seen = new ConcurrentHashMap<>();

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> echo() {
      return OperationHandler.sync((ctx, details, ask) -> reply(ask.text()));
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> header() {
      return OperationHandler.sync(
          (ctx, details, ask) -> reply(ctx.getHeaders().getOrDefault(Contract.HEADER, "none")));
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> fail() {
      return OperationHandler.sync((ctx, details, ask) -> failing(ask));
    }

    private Contract.Answer failing(Contract.Ask ask) throws OperationException {
      switch (ask.how()) {
        case "operation failed":
          throw OperationException.failed(ask.text());
        case "operation canceled":
          throw OperationException.canceled(ask.text());
        case "application":
          throw ApplicationFailure.newNonRetryableFailure(ask.text(), "Poor");
        case "retry":
          int attempt = seen.merge(ask.id(), 1, Integer::sum);
          if (attempt == 1) {
            throw new HandlerException(HandlerException.ErrorType.UNAVAILABLE, "not yet");
          }
          return reply("attempt " + attempt);
        default:
          HandlerException.ErrorType type = HandlerException.ErrorType.valueOf(ask.how());
          // Without a cause of null the SDK makes one up.
          HandlerException error = new HandlerException(type, ask.text(), (Throwable) null);
          if (error.isRetryable()) {
            error =
                new HandlerException(
                    type, ask.text(), null, HandlerException.RetryBehavior.NON_RETRYABLE);
          }
          throw error;
      }
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> slow() {
      return OperationHandler.sync(
          (ctx, details, ask) -> {
            try {
              Thread.sleep(4000);
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
            return reply("late");
          });
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> message() {
      return OperationHandler.sync(
          (ctx, details, ask) -> {
            WorkflowClient client = Nexus.getOperationContext().getWorkflowClient();
            Contract.Target target = client.newWorkflowStub(Contract.Target.class, ask.id());
            target.note(ask.text());
            boolean noted = target.notes().contains(ask.text());
            Contract.Answer approved = target.approve(ask);
            WorkflowStub kept =
                client.newUntypedWorkflowStub(
                    "MatrixTarget",
                    WorkflowOptions.newBuilder()
                        .setWorkflowId(ask.text() + "-kept")
                        .setTaskQueue("handlers-" + Main.me)
                        .build());
            kept.signalWithStart("note", new Object[] {ask.text()}, new Object[] {});
            return new Contract.Answer((noted ? "noted, " : "lost, ") + approved.text());
          });
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> run() {
      return WorkflowRunOperation.fromWorkflowMethod(
          (ctx, details, ask) ->
              Nexus.getOperationContext()
                      .getWorkflowClient()
                      .newWorkflowStub(
                          Contract.Run.class,
                          WorkflowOptions.newBuilder()
                              .setWorkflowId(ask.id())
                              .setTaskQueue("handlers-" + Main.me)
                              .setWorkflowIdConflictPolicy(
                                  WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                              .build())
                  ::run);
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> update() {
      return TemporalOperationHandler.create(
          (ctx, client, ask) ->
              client.startWorkflowUpdate(
                  Contract.Target.class,
                  ask.id(),
                  Contract.Target::approve,
                  ask,
                  UpdateOptions.newBuilder(Contract.Answer.class)
                      .setUpdateName("approve")
                      .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                      .build()));
    }

    @OperationImpl
    public OperationHandler<Contract.Ask, Contract.Answer> activity() {
      return TemporalOperationHandler.create(
          (ctx, client, ask) ->
              client.startActivity(
                  "MatrixActivity",
                  Contract.Answer.class,
                  StartActivityOptions.newBuilder()
                      .setId(ask.id())
                      .setTaskQueue("handlers-" + Main.me)
                      .setStartToCloseTimeout(Duration.ofSeconds(10))
                      .build(),
                  ask));
    }
  }
}
