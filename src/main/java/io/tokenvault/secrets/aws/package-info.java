/** Secrets in AWS Secrets Manager; the only user of the AWS SDK. */
@NullMarked
package io.tokenvault.secrets.aws;

import org.jspecify.annotations.NullMarked;
