package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.http.ProblemCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of errors says what the pages at {@code /problems/<code>} say, in the same order. */
class ErrorsReferenceTest {

    @Test
    void tableIsThatOfTheCode() throws IOException {
        List<List<String>> documented =
                Markdown.read(Markdown.DOCS.resolve("reference/errors.md")).rows();

        assertThat(documented)
                .containsExactlyElementsOf(Arrays.stream(ProblemCode.values())
                        .map(problem -> List.of(
                                "`" + problem.code() + "`",
                                String.valueOf(problem.status()),
                                problem.title(),
                                problem.cause(),
                                problem.fix()))
                        .toList());
    }
}
