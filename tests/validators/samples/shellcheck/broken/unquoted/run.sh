#!/bin/sh
rm -rf "$1"/*
cd $2/x
rm -rf $1/
