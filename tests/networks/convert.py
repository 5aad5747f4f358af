#!/usr/bin/env python3
"""Makes ONNX files of three networks of the npm package @vladmandic/human, for detect.dnn and pose.dnn.

    convert.py DIRECTORY-OF-THE-PACKAGE'S-MODELS DIRECTORY

They are graph models of TensorFlow.js: a JSON file with the graph, and one with the weights. Only
the operations that occur in them are known. What is written is NCHW, where TensorFlow is NHWC, and
keeps to what OpenCV 4.6 can read: it knows no Clip whose bounds are inputs, and opset 10, where they
are attributes, has no way to say between which pixels Resize takes its samples.
"""
import base64
import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 11
STORED = {'float32': np.float32, 'float16': np.float16, 'int32': np.int32, 'bool': np.uint8}
SAME_NAME = {'Relu': 'Relu', 'Sigmoid': 'Sigmoid'}
TWO_OPERANDS = {'Add': 'Add', 'AddV2': 'Add', 'Sub': 'Sub', 'Mul': 'Mul'}
# With one picture in a batch and floats for whole numbers, these change nothing.
PASSED_BY = ('Identity', 'Cast', 'Unpack', 'ExpandDims', 'Squeeze')


def read_weights(path, groups):
    """The constants of a graph by name, as they are used: quantised ones are float32 again."""
    weights = {}
    for group in groups:
        data = b''.join(open(os.path.join(os.path.dirname(path), part), 'rb').read()
                        for part in group['paths'])
        at = 0
        for entry in group['weights']:
            stored = STORED[entry.get('quantization', entry)['dtype']]
            n = int(np.prod(entry['shape'], dtype=np.int64))
            value = np.frombuffer(data, stored, n, at).reshape(entry['shape'])
            at += n * value.itemsize
            weights[entry['name']] = value.astype(np.float32) if entry['dtype'] == 'float32' else value
    return weights


class Graph:
    """One network. `value(name)` writes what leads to an operation's result, and gives its ONNX name."""

    def __init__(self, path):
        with open(path, encoding='utf-8') as file:
            model = json.load(file)
        self.operations = {o['name']: o for o in model['modelTopology']['node']}
        self.weights = read_weights(path, model['weightsManifest'])
        self.nodes, self.constants, self.names, self.shapes = [], [], {}, {}

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind, inputs, name, shape, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        self.shapes[name] = [int(n) for n in shape]
        return name

    def attribute(self, operation, name):
        found = operation.get('attr', {}).get(name, {})
        if 'list' in found:
            return [int(i) for i in found['list'].get('i', [])] or \
                [base64.b64decode(s).decode() for s in found['list'].get('s', [])]
        if 's' in found:
            return base64.b64decode(found['s']).decode()
        return found.get('b', False)

    def weight(self, name):
        return self.weights.get(name.split(':')[0])

    def value(self, name):
        name = name.split(':')[0]
        if name not in self.names:
            self.names[name] = self.write(self.operations[name])
        return self.names[name]

    def write(self, operation):
        kind, name, inputs = operation['op'], operation['name'], operation.get('input', [])
        if kind == 'Placeholder':
            sizes = [int(d['size']) for d in operation['attr']['shape']['shape']['dim']]
            self.input = 'input'
            self.shapes[self.input] = [1, sizes[3], sizes[1], sizes[2]]
            return self.input
        if kind in PASSED_BY:
            return self.value(inputs[0])
        if kind.endswith('Conv2D'):
            return self.convolution(operation, False)
        if kind.endswith('DepthwiseConv2dNative'):
            return self.convolution(operation, True)
        if kind in TWO_OPERANDS:
            return self.two_operands(operation)
        x = self.value(inputs[0])
        shape = self.shapes[x]
        if kind in SAME_NAME or kind == 'Relu6':
            return self.activation(kind, x, name)
        if kind == 'Mean':
            assert sorted(self.weight(inputs[1]).tolist()) == [1, 2]
            return self.add('GlobalAveragePool', [x], name, shape[:2] + [1, 1])
        if kind == 'ConcatV2':
            assert self.weight(inputs[-1]) in (3, -1)
            parts = [self.value(i) for i in inputs[:-1]]
            channels = sum(self.shapes[p][1] for p in parts)
            return self.add('Concat', parts, name, [1, channels] + shape[2:], axis=1)
        if kind == 'MaxPool':
            window, strides = (self.attribute(operation, a)[1:3] for a in ('ksize', 'strides'))
            pads, size = self.padding(operation, shape, window, strides)
            return self.add('MaxPool', [x], name, shape[:2] + size, kernel_shape=window,
                            strides=strides, pads=pads)
        if kind == 'Pad':
            # Only channels are added: as zeroes that are concatenated, which every engine reads.
            before, after = self.weight(inputs[1])[3]
            assert before == 0 and not self.weight(inputs[1])[:3].any()
            zeroes = self.constant(name + '/zeroes', np.zeros([1, after] + shape[2:], np.float32))
            return self.add('Concat', [x, zeroes], name, [1, shape[1] + after] + shape[2:], axis=1)
        if kind == 'ResizeBilinear':
            return self.resize(operation, x, name)
        raise SystemExit('convert.py: unknown operation %s (%s)' % (kind, name))

    def padding(self, operation, shape, window, strides):
        """Pads at top, left, bottom, right, and the height and width that result."""
        kind = self.attribute(operation, 'padding')
        assert kind in ('SAME', 'VALID')
        before, after, size = [], [], []
        for n, k, stride in zip(shape[2:], window, strides):
            out = -(-n // stride) if kind == 'SAME' else (n - k) // stride + 1
            whole = max((out - 1) * stride + k - n, 0)
            before.append(whole // 2)
            after.append(whole - whole // 2)
            size.append(out)
        return before + after, size

    def activation(self, kind, x, name):
        if kind == 'Relu6':
            # max(x, 0) less what exceeds 6
            six = self.constant(name + '/six', np.full(1, 6, np.float32))
            low = self.add('Relu', [x], name + '/low', self.shapes[x])
            over = self.add('Sub', [x, six], name + '/over', self.shapes[x])
            high = self.add('Relu', [over], name + '/high', self.shapes[x])
            return self.add('Sub', [low, high], name, self.shapes[x])
        return self.add(SAME_NAME[kind], [x], name, self.shapes[x])

    def convolution(self, operation, depthwise):
        name, inputs = operation['name'], operation['input']
        x, weights = self.value(inputs[0]), self.weight(inputs[1])
        assert set(self.attribute(operation, 'dilations') or [1]) == {1}
        window, strides = list(weights.shape[:2]), self.attribute(operation, 'strides')[1:3]
        if depthwise:
            groups = weights.shape[2]
            weights = weights.transpose(2, 3, 0, 1).reshape(-1, 1, *window)
        else:
            groups = 1
            weights = weights.transpose(3, 2, 0, 1)
        pads, size = self.padding(operation, self.shapes[x], window, strides)
        fused = self.attribute(operation, 'fused_ops') or []
        given = [x, self.constant(name + '/weights', weights)]
        if 'BiasAdd' in fused:
            given.append(self.constant(name + '/bias', self.weight(inputs[2]).reshape(-1)))
        after = [f for f in fused if f != 'BiasAdd']
        result = self.add('Conv', given, name + '/plain' if after else name,
                          [1, len(weights)] + size, kernel_shape=window, strides=strides,
                          pads=pads, group=groups)
        for kind in after:
            result = self.activation(kind, result, name)
        return result

    def two_operands(self, operation):
        kind, name, inputs = operation['op'], operation['name'], operation['input'][:2]
        given, shape = [], [1]
        for i in inputs:
            array = self.weight(i)
            if array is None:
                given.append(self.value(i))
                if np.prod(self.shapes[given[-1]]) > np.prod(shape):
                    shape = self.shapes[given[-1]]
            elif array.size == 1:
                given.append(self.constant(name + '/constant', array.reshape(1)))
            else:
                array = array.reshape((1,) * (4 - array.ndim) + array.shape)
                given.append(self.constant(name + '/constant', array.transpose(0, 3, 1, 2)))
        return self.add(TWO_OPERANDS[kind], given, name, shape)

    def resize(self, operation, x, name):
        shape, size = self.shapes[x], self.weight(operation['input'][1]).tolist()
        assert not self.attribute(operation, 'align_corners')
        centred = self.attribute(operation, 'half_pixel_centers')
        none = self.constant(name + '/none', np.zeros(0, np.float32))
        scales = self.constant(name + '/scales', np.array(
            [1, 1, size[0] / shape[2], size[1] / shape[3]], np.float32))
        return self.add('Resize', [x, none, scales], name, shape[:2] + size, mode='linear',
                        coordinate_transformation_mode='half_pixel' if centred else 'asymmetric')

    def rows(self, x, columns):
        """A map as a list: [1, n, columns], its cells from left to right and down."""
        shape = self.shapes[x]
        last = self.add('Transpose', [x], x + '/last', [1] + shape[2:] + [shape[1]], perm=[0, 2, 3, 1])
        n = int(np.prod(shape)) // columns
        sizes = self.constant(x + '/sizes', np.array([1, n, columns], np.int64))
        return self.add('Reshape', [last, sizes], x + '/rows', [1, n, columns])

    def save(self, path, outputs):
        """`outputs`: names of values in ONNX, and how they are to be called."""
        nodes = [helper.make_node('Identity', [value], [name], name=name) for name, value in outputs]
        graph = helper.make_graph(
            self.nodes + nodes, os.path.basename(path),
            [helper.make_tensor_value_info(self.input, TensorProto.FLOAT, self.shapes[self.input])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, self.shapes[value])
             for name, value in outputs], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', OPSET)])
        model.ir_version = 6
        onnx.checker.check_model(model)
        onnx.save(model, path + '.part')
        os.rename(path + '.part', path)


def coco(graph, path):
    """A heat map of each class, and the distances from its peaks to the left, top, right and bottom."""
    graph.save(path, [('heat', graph.value('tower_0/Sigmoid')), ('edges', graph.value('tower_0/mul'))])


def pose(graph, path):
    """MoveNet without its last step, in which it looks for the peaks in these maps."""
    call = 'StatefulPartitionedCall/'
    graph.save(path, [('heat', graph.value(call + 'Sigmoid')),
                      ('centre', graph.value(call + 'truediv_2')),
                      ('points', graph.value(call + 'kpt_regress_0/conv2d_6/BiasAdd')),
                      ('offsets', graph.value(call + 'kpt_offset_0/conv2d_7/BiasAdd'))])


def face(graph, path):
    """BlazeFace with its anchors worked in: a row is left, top, right, bottom (pixels), score.

    Each cell of two maps has some anchors, all in its middle. Of the 16 numbers of an anchor the first
    are where the middle of the face lies from there, and its width and height; the others are points
    in the face."""
    size = 256
    to_edges = np.array([[1, 0, -.5, 0], [0, 1, 0, -.5], [1, 0, .5, 0], [0, 1, 0, .5]], np.float32)
    call = 'StatefulPartitionedCall/functional_1/'
    parts = []
    for scores, numbers in (('conv2d_33', 'conv2d_35'), ('conv2d_34', 'conv2d_36')):
        score = graph.value(call + scores + '/BiasAdd')
        x = graph.value(call + numbers + '/BiasAdd')
        _, n, height, width = graph.shapes[x]
        n_anchors = n // 16
        each = np.zeros((n_anchors, 4, n_anchors, 16), np.float32)
        for i in range(n_anchors):
            each[i, :, i, :4] = to_edges
        across = np.broadcast_to((np.arange(width) + .5) * size / width, (height, width))
        down = np.broadcast_to(((np.arange(height) + .5) * size / height)[:, None], (height, width))
        middles = np.tile(np.stack([across, down] * 2), (n_anchors, 1, 1))[None].astype(np.float32)
        edges = graph.add('Conv', [x, graph.constant(x + '/to_edges', each.reshape(4 * n_anchors, n, 1, 1))],
                          x + '/edges', [1, 4 * n_anchors, height, width], kernel_shape=[1, 1])
        edges = graph.add('Add', [edges, graph.constant(x + '/middles', middles)], x + '/placed',
                          graph.shapes[edges])
        score = graph.activation('Sigmoid', score, score + '/score')
        edges, score = graph.rows(edges, 4), graph.rows(score, 1)
        parts.append(graph.add('Concat', [edges, score], x + '/faces', graph.shapes[edges][:2] + [5], axis=2))
    rows = sum(graph.shapes[p][1] for p in parts)
    graph.save(path, [('faces', graph.add('Concat', parts, 'all', [1, rows, 5], axis=1))])


NETWORKS = (('centernet', 'coco', coco), ('movenet-lightning', 'pose', pose), ('blazeface', 'face', face))


def main():
    models, directory = sys.argv[1:]
    for source, name, make in NETWORKS:
        make(Graph(os.path.join(models, source + '.json')), os.path.join(directory, name + '.onnx'))


main()
