/** Whether what records speak of is still there: datasets, images, model files and runs. */
package io.jenkins.plugins.mlops.core.audit;
