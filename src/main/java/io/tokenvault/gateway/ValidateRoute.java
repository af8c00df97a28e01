package io.tokenvault.gateway;

import io.tokenvault.access.Caller;
import io.tokenvault.environment.Environments;
import io.tokenvault.http.JsonFields;
import io.tokenvault.validation.Validator;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/** A verdict as JSON, for platform services. It is never stored, so an {@code Idempotency-Key} means nothing here. */
@Singleton
public class ValidateRoute extends JsonVerdicts {
    private final Validator validator;
    private final Environments environments;

    ValidateRoute(Validator validator, Environments environments) {
        this.validator = validator;
        this.environments = environments;
    }

    @Override
    public String path() {
        return "/v1/validate";
    }

    @Override
    void answer(RoutingContext exchange, Caller caller, byte[] body) {
        ValidateRequest question =
                new PlainQuestions(environments, caller).one(body).orElseGet(() -> read(body, caller));
        respond(
                exchange,
                validator.validate(question.revealToken(), question.demand(), caller.id()),
                VerdictJson::document);
    }

    private ValidateRequest read(byte[] body, Caller caller) {
        JsonFields fields = JsonFields.parse(body);
        Supplier<ValidateRequest> question = ValidateRequest.read(fields, environments, caller);
        fields.verify();
        return question.get();
    }
}
