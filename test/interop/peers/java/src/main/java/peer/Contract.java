// SPDX-License-Identifier: Apache-2.0
package peer;

import io.nexusrpc.Operation;
import io.nexusrpc.Service;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;

/** What caller and handler share (../../../../../README.md). */
final class Contract {
  static final String HEADER = "x-matrix";

  private Contract() {}

  /** What a caller workflow is to do; times are in milliseconds. */
  public record Call(
      String endpoint,
      String operation,
      String how,
      String id,
      String text,
      int size,
      String cancel,
      long schedule_to_close,
      long schedule_to_start,
      long start_to_close,
      String summary,
      String header,
      long linger) {}

  public record Ask(String how, String id, String text) {}

  public record Answer(String text) {}

  public record Outcome(String text, List<String> errors) {}

  @Service(name = "Matrix")
  public interface Matrix {
    @Operation
    Answer echo(Ask ask);

    @Operation
    Answer header(Ask ask);

    @Operation
    Answer fail(Ask ask);

    @Operation
    Answer slow(Ask ask);

    @Operation
    Answer message(Ask ask);

    @Operation
    Answer run(Ask ask);

    @Operation
    Answer update(Ask ask);

    @Operation
    Answer activity(Ask ask);
  }

  @WorkflowInterface
  public interface Caller {
    @WorkflowMethod(name = "MatrixCaller")
    Outcome run(Call call);
  }

  @WorkflowInterface
  public interface Run {
    @WorkflowMethod(name = "MatrixRun")
    Answer run(Ask ask);

    @SignalMethod
    void finish();
  }

  @WorkflowInterface
  public interface Target {
    @WorkflowMethod(name = "MatrixTarget")
    void run();

    @SignalMethod
    void note(String text);

    @QueryMethod
    List<String> notes();

    @UpdateMethod
    Answer approve(Ask ask);
  }

  @ActivityInterface
  public interface Activity {
    @ActivityMethod(name = "MatrixActivity")
    Answer act(Ask ask);
  }
}
