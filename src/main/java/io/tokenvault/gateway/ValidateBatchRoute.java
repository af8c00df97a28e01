package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.validation.Validator;
import io.tokenvault.validation.Verdict;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Up to 100 verdicts in one answer, in the order of the questions; if one cannot be given, none is. */
@Singleton
public class ValidateBatchRoute extends JsonVerdicts {
    private static final int LARGEST = 100;

    private final Validator validator;
    private final Environments environments;

    ValidateBatchRoute(Validator validator, Environments environments) {
        this.validator = validator;
        this.environments = environments;
    }

    @Override
    public String path() {
        return "/v1/validate/batch";
    }

    @Override
    void answer(RoutingContext exchange, Caller caller, byte[] body) {
        List<ValidateRequest> questions =
                new PlainQuestions(environments, caller).batch(body, LARGEST).orElseGet(() -> read(body, caller));
        List<CompletableFuture<Verdict>> verdicts = questions.stream()
                .map(question -> validator
                        .validate(question.revealToken(), question.demand(), caller.id())
                        .toCompletableFuture())
                .toList();
        CompletionStage<List<Verdict>> all = CompletableFuture.allOf(verdicts.toArray(CompletableFuture[]::new))
                .thenApply(
                        _ -> verdicts.stream().map(CompletableFuture::resultNow).toList());
        respond(exchange, all, VerdictJson::document);
    }

    private List<ValidateRequest> read(byte[] body, Caller caller) {
        JsonFields fields = JsonFields.parse(body);
        Field<List<Supplier<ValidateRequest>>> items = fields.objects(
                        "tokens", 1, LARGEST, item -> ValidateRequest.read(item, environments, caller))
                .required();
        fields.verify();
        return items.get().stream().map(Supplier::get).toList();
    }
}
