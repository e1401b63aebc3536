/** What the mlops tool does inside of a training's pods: it brings data, keeps outputs and checkpoints, and waits for rank 0. */
package io.jenkins.plugins.mlops.core.pod;
